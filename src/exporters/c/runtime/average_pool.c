#include "codes.h"

static int32_t nn_larger(int32_t a, int32_t b) { return a > b ? a : b; }
static int32_t nn_smaller(int32_t a, int32_t b) { return a < b ? a : b; }

void nn_average_pool(const nn_average_pool_call *call) {
    ptrdiff_t at = 0;
    for (int32_t oh = 0; oh < call->out.height; oh++) {
        const int32_t top = oh * call->stride_height - call->pad_top;
        const int32_t first_row = nn_larger(top, 0);
        const int32_t end_row = nn_smaller(top + call->window_height, call->in.height);
        const int32_t padded_rows = nn_smaller(top + call->window_height, call->in.height + call->pad_bottom) - top;
        for (int32_t ow = 0; ow < call->out.width; ow++) {
            const int32_t left = ow * call->stride_width - call->pad_left;
            const int32_t first_column = nn_larger(left, 0);
            const int32_t end_column = nn_smaller(left + call->window_width, call->in.width);
            const int32_t padded_columns =
                nn_smaller(left + call->window_width, call->in.width + call->pad_right) - left;
            const int32_t inside = nn_larger(end_row - first_row, 0) * nn_larger(end_column - first_column, 0);
            const int32_t counted = call->count_padding ? padded_rows * padded_columns : inside;
            for (int32_t channel = 0; channel < call->out.channels; channel++) {
                int64_t sum = 0;
                for (int32_t row = first_row; row < end_row; row++) {
                    for (int32_t column = first_column; column < end_column; column++) {
                        const ptrdiff_t pixel = (ptrdiff_t)row * call->in.width + column;
                        sum += nn_load(call->x.data, call->x.type, pixel * call->in.channels + channel) - call->x.zero;
                    }
                }
                nn_put(&call->y, at++, nn_round_shift(sum * call->multiplier[counted], call->shift));
            }
        }
    }
}
