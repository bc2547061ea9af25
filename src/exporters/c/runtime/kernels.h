/*
 * Integer kernels of a quantized network: exact, no heap, no floating point, no library beyond stdint and string.
 *
 * Feature maps are [height, width, channels], channels last. A stored code x stands for (x - zero) * scale.
 *   rescale(acc, c) = (acc * multiplier[c] + half) >> shift[c], ">>" rounding towards minus infinity
 *   put(v)          = clamp(v + zero, low, high)
 */
#ifndef NN_KERNELS_H
#define NN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Axes a strided copy or a broadcast may have, after neighbouring axes were joined. */
#define NN_MAX_RANK 6

typedef enum { NN_INT8, NN_UINT8, NN_INT16, NN_UINT16, NN_INT32 } nn_type;

/* Codes that are read. */
typedef struct {
    const void *data;
    nn_type type;
    int32_t zero;
} nn_input;

/* Codes that are written; low and high bound them. */
typedef struct {
    void *data;
    nn_type type;
    int32_t zero;
    int32_t low;
    int32_t high;
} nn_output;

typedef struct {
    int32_t height;
    int32_t width;
    int32_t channels;
} nn_shape;

/* The steps are 1 where there is one entry per output channel, 0 where one entry serves all. */
typedef struct {
    const int32_t *multiplier;
    const uint8_t *shift;
    int32_t multiplier_step;
    int32_t shift_step;
    int32_t rounding;
} nn_rescale;

/*
 * Sum over i < n of (x[i * step] - x_zero) * (w[i] - w_zero). There is one function per storage type of x and w and
 * per width of the sum; a call names the one it needs, so that a linker can drop the others.
 */
typedef int64_t nn_dot(const void *x, ptrdiff_t step, const void *w, int32_t n, int32_t x_zero, int32_t w_zero);

nn_dot nn_dot_int8_int8_32, nn_dot_uint8_int8_32, nn_dot_int16_int8_32, nn_dot_uint16_int8_32;
nn_dot nn_dot_int8_int16_32, nn_dot_uint8_int16_32, nn_dot_int16_int16_32, nn_dot_uint16_int16_32;
nn_dot nn_dot_int8_int8_64, nn_dot_uint8_int8_64, nn_dot_int16_int8_64, nn_dot_uint16_int8_64;
nn_dot nn_dot_int8_int16_64, nn_dot_uint8_int16_64, nn_dot_int16_int16_64, nn_dot_uint16_int16_64;

/* Fills a scratch row with n signed values from a bit stream (least significant bit first). */
typedef void nn_unpack(const uint8_t *packed, int32_t bits, int32_t n, void *out);

nn_unpack nn_unpack_int8, nn_unpack_int16;

/*
 * Weights, one row per output channel. Plain rows lie in their storage type; packed rows (unpack is set) are bit
 * streams padded to whole bytes, and are unpacked one at a time into scratch, which holds one row.
 */
typedef struct {
    const void *data;
    /* Bytes from one row to the next. */
    int32_t row_bytes;
    /* Bytes of one stored value: 1 or 2, once unpacked. */
    int32_t value_bytes;
    int32_t bits;
    nn_unpack *unpack;
    void *scratch;
    /* One per output channel, or NULL where all are zero. */
    const int32_t *zero;
} nn_weights;

typedef struct {
    nn_input x;
    nn_shape in;
    nn_output y;
    nn_shape out;
    nn_weights weights;
    const int32_t *bias;
    nn_dot *dot;
    nn_rescale rescale;
    int32_t kernel_height, kernel_width;
    int32_t stride_height, stride_width;
    int32_t dilation_height, dilation_width;
    int32_t pad_top, pad_left;
    int32_t groups;
} nn_conv2d_call;

typedef struct {
    nn_input x;
    nn_output y;
    nn_weights weights;
    const int32_t *bias;
    nn_dot *dot;
    nn_rescale rescale;
    int32_t rows, in_channels, out_channels;
} nn_dense_call;

typedef struct {
    nn_input x;
    nn_shape in;
    nn_output y;
    nn_shape out;
    int32_t window_height, window_width;
    int32_t stride_height, stride_width;
    int32_t dilation_height, dilation_width;
    int32_t pad_top, pad_left;
} nn_max_pool_call;

typedef struct {
    nn_input x;
    nn_shape in;
    nn_output y;
    nn_shape out;
    int32_t window_height, window_width;
    int32_t stride_height, stride_width;
    int32_t pad_top, pad_left, pad_bottom, pad_right;
    int32_t count_padding;
    /* Indexed by the number of elements counted. */
    const int32_t *multiplier;
    int32_t shift;
} nn_average_pool_call;

/* b is read with strides: 0 along the axes where it is broadcast. a and y are contiguous. */
typedef struct {
    nn_input a, b;
    nn_output y;
    int32_t rank;
    int32_t shape[NN_MAX_RANK];
    int32_t b_strides[NN_MAX_RANK];
    int32_t multiplier_a, multiplier_b;
    int32_t shift;
} nn_add_call;

typedef struct {
    nn_input a, b;
    nn_output y;
    int32_t rank;
    int32_t shape[NN_MAX_RANK];
    int32_t b_strides[NN_MAX_RANK];
    int32_t channels;
    nn_rescale rescale;
} nn_mul_call;

typedef struct {
    nn_input x;
    void *to;
    nn_type type;
    int32_t count;
    /* Codes of the output's type, one per code of x from the lowest of its storage type up. */
    const void *table;
} nn_lookup_call;

typedef struct {
    nn_input x;
    nn_output y;
    int32_t count, channels;
    nn_rescale rescale;
} nn_requantize_call;

/* Strides and the elements of shape count elements of element_bytes; strides may be negative. */
typedef struct {
    const void *from;
    void *to;
    int32_t element_bytes;
    int32_t rank;
    int32_t shape[NN_MAX_RANK];
    int32_t from_strides[NN_MAX_RANK];
    int32_t to_strides[NN_MAX_RANK];
} nn_copy_call;

typedef struct {
    void *to;
    nn_type type;
    int32_t count;
    int32_t code;
} nn_fill_call;

/* Rows and columns hold the source index of each output row and column. */
typedef struct {
    const void *from;
    void *to;
    /* Bytes of one pixel: all its channels. */
    int32_t pixel_bytes;
    int32_t in_width;
    int32_t out_height, out_width;
    const int32_t *rows, *columns;
} nn_resize_nearest_call;

void nn_conv2d(const nn_conv2d_call *call);
void nn_dense(const nn_dense_call *call);
void nn_max_pool(const nn_max_pool_call *call);
void nn_average_pool(const nn_average_pool_call *call);
void nn_add(const nn_add_call *call);
void nn_mul(const nn_mul_call *call);
void nn_lookup(const nn_lookup_call *call);
void nn_requantize(const nn_requantize_call *call);
/* Concat, Transpose and Slice, and the inner part of Pad. */
void nn_copy(const nn_copy_call *call);
/* The border of Pad. */
void nn_fill(const nn_fill_call *call);
void nn_resize_nearest(const nn_resize_nearest_call *call);

#endif
