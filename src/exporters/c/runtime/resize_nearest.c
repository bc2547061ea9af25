#include "kernels.h"

#include <string.h>

void nn_resize_nearest(const nn_resize_nearest_call *call) {
    unsigned char *to = call->to;
    for (int32_t oh = 0; oh < call->out_height; oh++) {
        const ptrdiff_t row = (ptrdiff_t)call->rows[oh] * call->in_width;
        for (int32_t ow = 0; ow < call->out_width; ow++) {
            const unsigned char *from = (const unsigned char *)call->from + (row + call->columns[ow]) * call->pixel_bytes;
            memcpy(to, from, (size_t)call->pixel_bytes);
            to += call->pixel_bytes;
        }
    }
}
