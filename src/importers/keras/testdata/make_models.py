"""Makes models.zip: small networks written by Keras itself, each with an input and the output Keras computes for it.

    KERAS_BACKEND=jax python make_models.py      (keras 3.15, jax 0.10, h5py 3.16, numpy)

The file is a zip of `<case>.keras` or `<case>.h5` and `<case>.json` ({"inputs": [{shape, data}], "outputs": [...]}).
Weights and inputs come from a fixed seed. `keras2_*` are written with h5py in the form Keras 2 has, from the same networks.
"""
import io, json, os, tempfile, zipfile
import h5py, keras, numpy as np
from keras import layers as L

rng = np.random.default_rng(7)
CASES = {}


def case(name, model, formats=("keras",)):
    CASES[name] = (model, formats)


def seq(shape, *layers, **kw):
    return keras.Sequential([L.Input(shape, **kw), *layers])


case("a16", seq((28, 28, 1), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(2), L.Conv2D(6, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(), L.Dense(10, activation="softmax")), ("keras", "h5"))
case("conv1d", seq((13, 3), L.Conv1D(4, 3, padding="causal", dilation_rate=2), L.Conv1D(5, 4, strides=3, padding="same", use_bias=False), L.Conv1D(4, 2, groups=1)))
case("conv2d", seq((9, 8, 4), L.Conv2D(6, (3, 2), strides=2, padding="same"), L.Conv2D(6, 3, padding="same", dilation_rate=2), L.Conv2D(4, 1, groups=2, activation="elu")))
case("conv3d", seq((5, 6, 7, 2), L.Conv3D(3, 2, padding="same", strides=(1, 2, 2))))
case("depthwise", seq((9, 9, 3), L.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same", activation="relu6"), L.SeparableConv2D(4, 3, depth_multiplier=2, padding="valid")), ("keras", "h5"))
case("depthwise1d", seq((11, 3), L.DepthwiseConv1D(3, depth_multiplier=2, padding="same"), L.SeparableConv1D(5, 3, padding="same")))
case("transposed", seq((4, 5, 3), L.Conv2DTranspose(4, 3, strides=2, padding="same"), L.Conv2DTranspose(2, 2, strides=3, padding="valid", activation="tanh")))
case("transposed_padding", seq((5, 4, 2), L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1), L.Conv2DTranspose(3, 3, strides=2, padding="valid", output_padding=0)))
case("transposed1d", seq((6, 3), L.Conv1DTranspose(4, 5, strides=2, padding="same")))
case("pools", seq((9, 7, 3), L.MaxPooling2D(3, strides=2, padding="same"), L.AveragePooling2D(2, strides=1, padding="same"), L.AveragePooling2D((2, 1))))
case("pools1d", seq((12, 3), L.MaxPooling1D(3, strides=2, padding="same"), L.AveragePooling1D(2)))
case("pools3d", seq((6, 6, 4, 2), L.MaxPooling3D(2), L.AveragePooling3D((1, 2, 1), padding="same")))
for op in ["GlobalMaxPooling", "GlobalAveragePooling"]:
    case(op.lower(), seq((5, 4, 3), getattr(L, op + "2D")(), L.Dense(2)))
    case(op.lower() + "_keepdims", seq((5, 4, 3), getattr(L, op + "2D")(keepdims=True), L.Conv2D(2, 1)))
    case(op.lower() + "1d", seq((5, 3), getattr(L, op + "1D")()))
case("image_output", seq((4, 5, 3), L.Conv2D(2, 2)))
case("dense_images", seq((3, 4, 5), L.Dense(4, activation="relu"), L.Conv2D(3, 2), L.Dense(2)))
case("dense_sequence", seq((4, 5), L.Dense(3, activation="gelu"), L.Dense(2, use_bias=False, activation="softmax")))
case("flatten_chain", seq((3, 4, 5), L.Conv2D(4, 2), L.Flatten(), L.Dropout(0.3), L.Activation("relu"), L.BatchNormalization(), L.Dense(3)))
case("flatten_output", seq((3, 4, 2), L.Conv2D(3, 2), L.Flatten()))
case("reshape", seq((2, 3, 4), L.Conv2D(6, 1), L.Reshape((6, 6)), L.Permute((2, 1)), L.Reshape((-1, 4)), L.Dense(3)))
case("reshape_images", seq((6,), L.Dense(12), L.Reshape((2, 2, 3)), L.Conv2D(2, 2), L.Reshape((2,)), L.RepeatVector(3)))
case("reshape_one_place", seq((4, 4, 3), L.GlobalAveragePooling2D(), L.Reshape((1, 1, 3)), L.Conv2D(5, 1), L.Reshape((5,)), L.Activation("softmax")))
case("padding", seq((5, 6, 2), L.ZeroPadding2D(((1, 0), (2, 1))), L.Cropping2D(((0, 1), (1, 2))), L.UpSampling2D((2, 3)), L.ZeroPadding2D(1)))
case("padding1d", seq((5, 2), L.ZeroPadding1D((1, 2)), L.Cropping1D(1), L.UpSampling1D(2)))
case("padding3d", seq((3, 4, 3, 2), L.ZeroPadding3D(1), L.Cropping3D(((1, 0), (0, 2), (1, 1))), L.UpSampling3D((1, 2, 1))))
case("bilinear", seq((3, 4, 2), L.UpSampling2D(2, interpolation="bilinear")))
case("norms", seq((4, 4, 6), L.BatchNormalization(), L.GroupNormalization(3), L.LayerNormalization(), L.UnitNormalization()), ("keras", "h5"))
case("norms_plain", seq((4, 4, 6), L.BatchNormalization(scale=False, center=False), L.LayerNormalization(scale=False, epsilon=1e-5), L.GroupNormalization(-1, center=False)))
case("norms_flat", seq((8,), L.BatchNormalization(), L.Dense(4), L.LayerNormalization(), L.UnitNormalization()))
case("norm_axis", seq((4, 3, 5), L.BatchNormalization(axis=1), L.LayerNormalization(axis=(2, 3)), L.BatchNormalization(axis=2)))
case("rescaling", seq((3, 3, 3), L.Rescaling(1 / 127.5, offset=-1.0), L.Conv2D(2, 2), L.Rescaling([2.0, 3.0], offset=[0.5, 1.0])))
norm = L.Normalization(axis=-1)
norm.adapt(rng.normal(3, 2, (50, 4)).astype("float32"))
case("normalization", keras.Sequential([L.Input((4,)), norm, L.Dense(2)]))
case("normalization_stated", seq((4,), L.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 4, 9, 16])))
for name in ["relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "hard_sigmoid", "hard_silu", "hard_tanh", "mish", "tanh", "sigmoid", "softmax", "log_softmax", "softplus", "softsign", "exponential", "linear"]:
    case("act_" + name, seq((5,), L.Dense(6, activation=name), L.Activation(name)))
case("act_layers", seq((4, 3, 3), L.Conv2D(4, 1), L.ReLU(max_value=1.5), L.Conv2D(4, 1), L.ReLU(negative_slope=0.1, threshold=0.2, max_value=0.9), L.Conv2D(3, 1), L.LeakyReLU(negative_slope=0.2), L.ELU(0.7), L.PReLU(), L.Softmax()))
case("prelu_shared", seq((4, 3, 3), L.PReLU(shared_axes=[1, 2]), L.ReLU(threshold=0.1), L.Softmax(axis=1)))
case("lstm", seq((5, 3), L.LSTM(4, return_sequences=True), L.LSTM(3)), ("keras", "h5"))
case("lstm_backwards", seq((5, 3), L.LSTM(4, return_sequences=True, go_backwards=True), L.LSTM(2, go_backwards=True, use_bias=False)))
case("gru", seq((5, 3), L.GRU(4, return_sequences=True), L.GRU(3, reset_after=False)), ("keras", "h5"))
case("rnn", seq((5, 3), L.SimpleRNN(4, return_sequences=True, activation="relu"), L.SimpleRNN(3, activation="hard_sigmoid")))
case("lstm_acts", seq((5, 3), L.LSTM(4, activation="softsign", recurrent_activation="hard_sigmoid")))
for mode in ["concat", "sum", "mul", "ave"]:
    case("bidirectional_" + mode, seq((5, 3), L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode=mode), L.Bidirectional(L.GRU(3), merge_mode=mode)), ("keras", "h5") if mode == "concat" else ("keras",))
case("time_distributed", seq((3, 4, 4, 2), L.TimeDistributed(L.Conv2D(3, 2)), L.TimeDistributed(L.Flatten()), L.TimeDistributed(L.Dense(2)), L.LSTM(2)), ("keras", "h5"))
case("embedding", seq((6,), L.Embedding(11, 4), L.GlobalAveragePooling1D(), L.Dense(2), dtype="int32"))

i = keras.Input((6, 6, 3)); j = keras.Input((6, 6, 3))
a = L.Conv2D(4, 3, padding="same", name="left")(i); b = L.Conv2D(4, 3, padding="same", name="right")(j)
m = [L.Add()([a, b]), L.Subtract()([a, b]), L.Multiply()([a, b]), L.Average()([a, b, a]), L.Maximum()([a, b]), L.Minimum()([a, b])]
case("merges", keras.Model([i, j], [L.Concatenate()(m), L.Concatenate(axis=1)([a, b])]), ("keras", "h5"))
i = keras.Input((5, 4)); j = keras.Input((5, 3))
case("dot", keras.Model([i, j], [L.Dot(axes=1)([i, j]), L.Dot(axes=(2, 1))([L.Dense(5)(i), L.Dense(5)(j)])]))
i = keras.Input((4,)); j = keras.Input((4,))
case("dot_vectors", keras.Model([i, j], L.Dot(axes=1)([i, j])))
i = keras.Input((6, 5, 3)); x = L.Conv2D(4, 3, name="c")(i); s = L.GlobalAveragePooling2D(keepdims=True)(x); s = L.Dense(2, activation="relu")(s); s = L.Dense(4, activation="sigmoid")(s)
x = L.Multiply()([x, s]); f = L.Flatten()(x); g = L.Flatten()(s)
case("squeeze_excite", keras.Model(i, L.Dense(3)(L.Concatenate()([f, g]))), ("keras", "h5"))
inner_in = keras.Input((4, 4, 3)); inner = keras.Model(inner_in, L.BatchNormalization(name="bn")(L.Conv2D(4, 3, name="conv")(inner_in)), name="inner")
i = keras.Input((4, 4, 3)); once = inner(i); block = keras.Sequential([L.Flatten(), L.Dense(3, name="conv")], name="head")
case("nested", keras.Model(i, block(once)), ("keras", "h5"))
i = keras.Input((5,)); shared = L.Dense(5, activation="relu", name="shared")
case("shared", keras.Model(i, shared(shared(i))), ("keras", "h5"))
i = keras.Input((4, 4, 3)); x = L.Conv2D(3, 1)(i)
case("operations", keras.Model(i, [(x + i) * 2.0 - x, 1.0 - x / 4.0, keras.ops.mean(x, axis=(1, 2)), keras.ops.relu(x)]))
i = keras.Input((4, 6)); k = keras.Input((5, 6))
case("attention", keras.Model([i, k], L.MultiHeadAttention(2, 3)(i, k)), ("keras", "h5"))
i = keras.Input((5, 3)); y, h, c = L.LSTM(4, return_sequences=True, return_state=True)(i)
case("lstm_states", keras.Model(i, [y, h, c]))
i = keras.Input((5,)); case("identity_output", keras.Model(i, [i, L.Dense(2)(i)]))
case("channels_first", seq((3, 6, 5), L.Conv2D(4, 3, data_format="channels_first"), L.BatchNormalization(axis=1), L.AveragePooling2D(2, data_format="channels_first"), L.Flatten(data_format="channels_first"), L.Dense(2)))


def randomize(model):
    for w in model.weights:
        path = w.path
        if "seed" in path:
            continue
        v = rng.normal(0, 0.5, w.shape).astype("float32")
        if "variance" in path:
            v = np.abs(v) + 0.5
        if str(w.dtype).startswith("int") or w.path.endswith("count"):
            continue
        w.assign(v)
    for layer in model.layers:
        if isinstance(layer, L.Normalization):
            layer.finalize_state()


def arrays(values):
    return [{"shape": list(v.shape), "data": [float(x) for x in np.asarray(v, "float64").ravel()]} for v in values]


def run(model):
    given = []
    for t in model.inputs:
        shape = [2] + [d for d in t.shape[1:]]
        given.append(rng.integers(0, 11, shape).astype("int32") if "int" in str(t.dtype) else rng.normal(0, 1, shape).astype("float32"))
    out = model(given if len(given) > 1 else given[0], training=False)
    out = out if isinstance(out, (list, tuple)) else [out]
    return {"inputs": arrays(given), "outputs": arrays([np.asarray(o) for o in out])}


def keras2(name, layers, top="Sequential"):
    """A whole-model .h5 as Keras 2.2 to 2.15 writes it: fixed-length byte strings, names with ':0', batch_input_shape, chunked and packed kernels."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as f:
        f.attrs["keras_version"] = b"2.4.0"
        f.attrs["backend"] = b"tensorflow"
        f.attrs["model_config"] = json.dumps({"class_name": top, "config": layers["config"]}).encode()
        g = f.create_group("model_weights")
        g.attrs["layer_names"] = np.array([n.encode() for n in layers["weights"]])
        for layer, weights in layers["weights"].items():
            lg = g.create_group(layer)
            lg.attrs["weight_names"] = np.array([w.encode() for w in weights], dtype="S60") if weights else np.zeros((0,), "f8")
            for w, (value, options) in weights.items():
                lg.create_dataset(w, data=value, **options)
    return buffer.getvalue()


PACKED = {"chunks": True, "compression": "gzip", "shuffle": True}


def keras2_sequential():
    """From case a16: weights as Keras holds them, structure as Keras 2 says it."""
    model = CASES["a16"][0]
    layers, weights = [], {}
    for n, layer in enumerate(model.layers):
        c = {k: v for k, v in layer.get_config().items() if k in ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "units", "activation", "use_bias", "pool_size")}
        c.update(name=layer.name, trainable=True, dtype="float32")
        if n == 0:
            c["batch_input_shape"] = [None, 28, 28, 1]
        layers.append({"class_name": type(layer).__name__, "config": c})
        weights[layer.name] = {f"{layer.name}/{w.name}:0": (np.asarray(w), {**PACKED, "chunks": (64, 4) if w.ndim == 2 else True} if w.name == "kernel" else {}) for w in layer.weights}
    return keras2("a16", {"config": {"name": "sequential", "layers": layers}, "weights": weights})


def keras2_functional():
    """From case squeeze_excite: calls as lists, one of them `x * 2.0` of TensorFlow and back."""
    model = CASES["squeeze_excite"][0]
    layers, weights = [], {}
    for layer in model.layers:
        kind = type(layer).__name__
        c = {k: v for k, v in layer.get_config().items() if k not in ("dtype", "kernel_initializer", "bias_initializer", "quantization_config")}
        c["dtype"] = "float32"
        if kind == "InputLayer":
            c = {"name": layer.name, "batch_input_shape": [None, 6, 5, 3], "dtype": "float32", "sparse": False}
        calls = []
        if kind != "InputLayer":
            calls = [[[t._keras_history.operation.name, 0, 0, {}] for t in layer._inbound_nodes[0].input_tensors]]
        layers.append({"class_name": kind, "name": layer.name, "config": c, "inbound_nodes": calls})
        weights[layer.name] = {f"{layer.name}/{w.name}:0": (np.asarray(w), {}) for w in layer.weights}
    last = layers[-1]["name"]
    for n, factor in (("tf.math.multiply", 2.0), ("tf.math.multiply_1", 0.5)):
        layers.append({"class_name": "TFOpLambda", "name": n, "config": {"name": n, "trainable": True, "dtype": "float32", "function": "math.multiply"}, "inbound_nodes": [[last, 0, 0, {"y": factor, "name": None}]]})
        last = n
    config = {"name": "model", "layers": layers, "input_layers": [[layers[0]["name"], 0, 0]], "output_layers": [[last, 0, 0]]}
    return keras2("squeeze_excite", {"config": config, "weights": weights}, "Functional")


def lambda_model():
    i = keras.Input((4,))
    return keras.Model(i, L.Dense(2)(L.Lambda(lambda x: x * 2, output_shape=(4,), name="twice")(i)))


def main():
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z, tempfile.TemporaryDirectory() as d:
        def put(name, content):
            z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)

        for name, (model, formats) in CASES.items():
            randomize(model)
            put(f"{name}.json", json.dumps(run(model)))
            for ext in formats:
                path = os.path.join(d, f"{name}.{ext}")
                model.save(path)
                put(f"{name}.{ext}", open(path, "rb").read())
        put("keras2_a16.h5", keras2_sequential())
        put("keras2_squeeze_excite.h5", keras2_functional())
        for name in ("a16", "squeeze_excite"):
            put(f"keras2_{name}.json", z.read(f"{name}.json"))
        path = os.path.join(d, "lambda.keras")
        lambda_model().save(path)
        put("broken/lambda.keras", open(path, "rb").read())
        empty = io.BytesIO()
        with h5py.File(empty, "w") as f:
            f["data"] = np.zeros((3, 4), "f4")
        put("broken/data.h5", empty.getvalue())
        put("structure.json", CASES["a16"][0].to_json())
        path = os.path.join(d, "only.weights.h5")
        CASES["a16"][0].save_weights(path)
        put("only.weights.h5", open(path, "rb").read())


if __name__ == "__main__":
    main()
