#include "codes.h"

static ptrdiff_t nn_type_bytes(nn_type type) {
    return type == NN_INT32 ? 4 : type == NN_INT16 || type == NN_UINT16 ? 2 : 1;
}

/* Kernel taps [first, end) that fall on the map, for a window whose first tap is at origin. */
typedef struct {
    int32_t first, end;
} nn_taps;

static nn_taps nn_taps_inside(int32_t origin, int32_t dilation, int32_t taps, int32_t size) {
    nn_taps inside = {0, taps};
    while (inside.first < taps && origin + inside.first * dilation < 0) inside.first++;
    while (inside.end > inside.first && origin + (inside.end - 1) * dilation >= size) inside.end--;
    return inside;
}

/* Sum over count taps of one kernel row; x and w point at the first of them, channel 0 of the group. */
static int64_t nn_kernel_row(const nn_conv2d_call *call, const uint8_t *x, const uint8_t *w, int32_t count,
                             int32_t group_channels, int32_t w_zero) {
    const ptrdiff_t x_tap = (ptrdiff_t)call->dilation_width * call->in.channels;
    const ptrdiff_t w_tap = group_channels;
    int64_t sum = 0;
    /* Depthwise: one channel per tap. One group: neighbouring taps lie side by side. Both are one run. */
    if (group_channels == 1) return call->dot(x, x_tap, w, count, call->x.zero, w_zero);
    if (x_tap == w_tap) return call->dot(x, 1, w, count * group_channels, call->x.zero, w_zero);
    for (int32_t tap = 0; tap < count; tap++) {
        const uint8_t *x_at = x + tap * x_tap * nn_type_bytes(call->x.type);
        sum += call->dot(x_at, 1, w + tap * w_tap * call->weights.value_bytes, group_channels, call->x.zero, w_zero);
    }
    return sum;
}

/* One output channel: its weights are read (and unpacked) once. */
static void nn_output_channel(const nn_conv2d_call *call, int32_t channel) {
    const int32_t group_channels = call->in.channels / call->groups;
    const int32_t group = channel / (call->out.channels / call->groups);
    const int32_t kernel_row = call->kernel_width * group_channels;
    const uint8_t *w = nn_weight_row(&call->weights, channel, call->kernel_height * kernel_row);
    const int32_t w_zero = call->weights.zero ? call->weights.zero[channel] : 0;
    const ptrdiff_t x_bytes = nn_type_bytes(call->x.type);
    const uint8_t *x = (const uint8_t *)call->x.data + (ptrdiff_t)group * group_channels * x_bytes;
    ptrdiff_t at = channel;

    for (int32_t oh = 0; oh < call->out.height; oh++) {
        const int32_t top = oh * call->stride_height - call->pad_top;
        const nn_taps rows = nn_taps_inside(top, call->dilation_height, call->kernel_height, call->in.height);
        for (int32_t ow = 0; ow < call->out.width; ow++) {
            const int32_t left = ow * call->stride_width - call->pad_left;
            const nn_taps taps = nn_taps_inside(left, call->dilation_width, call->kernel_width, call->in.width);
            int64_t sum = call->bias[channel];
            for (int32_t kh = rows.first; kh < rows.end && taps.first < taps.end; kh++) {
                const ptrdiff_t row = top + kh * call->dilation_height;
                const ptrdiff_t column = left + taps.first * call->dilation_width;
                const ptrdiff_t w_at = (ptrdiff_t)kh * kernel_row + (ptrdiff_t)taps.first * group_channels;
                sum += nn_kernel_row(call, x + (row * call->in.width + column) * call->in.channels * x_bytes,
                                     w + w_at * call->weights.value_bytes, taps.end - taps.first, group_channels,
                                     w_zero);
            }
            nn_put(&call->y, at, nn_rescaled(&call->rescale, sum, channel));
            at += call->out.channels;
        }
    }
}

void nn_conv2d(const nn_conv2d_call *call) {
    for (int32_t channel = 0; channel < call->out.channels; channel++) nn_output_channel(call, channel);
}
