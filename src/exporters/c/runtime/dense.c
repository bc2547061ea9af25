#include "codes.h"

void nn_dense(const nn_dense_call *call) {
    const ptrdiff_t x_bytes = call->x.type == NN_INT16 || call->x.type == NN_UINT16 ? 2 : 1;
    for (int32_t channel = 0; channel < call->out_channels; channel++) {
        const void *w = nn_weight_row(&call->weights, channel, call->in_channels);
        const int32_t w_zero = call->weights.zero ? call->weights.zero[channel] : 0;
        const uint8_t *x = call->x.data;
        ptrdiff_t at = channel;
        for (int32_t row = 0; row < call->rows; row++) {
            const int64_t sum = call->bias[channel] + call->dot(x, 1, w, call->in_channels, call->x.zero, w_zero);
            nn_put(&call->y, at, nn_rescaled(&call->rescale, sum, channel));
            x += call->in_channels * x_bytes;
            at += call->out_channels;
        }
    }
}
