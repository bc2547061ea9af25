#include "codes.h"

/* The largest code in one window, padding left out. */
static int32_t nn_window_max(const nn_max_pool_call *call, int32_t top, int32_t left, int32_t channel) {
    int32_t largest = INT32_MIN;
    for (int32_t kh = 0; kh < call->window_height; kh++) {
        const int32_t row = top + kh * call->dilation_height;
        if (row < 0 || row >= call->in.height) continue;
        for (int32_t kw = 0; kw < call->window_width; kw++) {
            const int32_t column = left + kw * call->dilation_width;
            if (column < 0 || column >= call->in.width) continue;
            const ptrdiff_t pixel = (ptrdiff_t)row * call->in.width + column;
            const int32_t code = nn_load(call->x.data, call->x.type, pixel * call->in.channels + channel);
            if (code > largest) largest = code;
        }
    }
    return largest;
}

void nn_max_pool(const nn_max_pool_call *call) {
    ptrdiff_t at = 0;
    for (int32_t oh = 0; oh < call->out.height; oh++) {
        for (int32_t ow = 0; ow < call->out.width; ow++) {
            const int32_t top = oh * call->stride_height - call->pad_top;
            const int32_t left = ow * call->stride_width - call->pad_left;
            for (int32_t channel = 0; channel < call->out.channels; channel++) {
                const int64_t largest = nn_window_max(call, top, left, channel);
                nn_put(&call->y, at++, largest - call->x.zero);
            }
        }
    }
}
