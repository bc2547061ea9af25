#include "codes.h"

void nn_requantize(const nn_requantize_call *call) {
    int32_t channel = 0;
    for (int32_t i = 0; i < call->count; i++) {
        const int64_t x = nn_load(call->x.data, call->x.type, i) - (int64_t)call->x.zero;
        nn_put(&call->y, i, nn_rescaled(&call->rescale, x, channel));
        if (++channel == call->channels) channel = 0;
    }
}
