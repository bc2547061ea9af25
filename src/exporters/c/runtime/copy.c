#include "broadcast.h"

#include <string.h>

void nn_copy(const nn_copy_call *call) {
    const int32_t last = call->rank - 1;
    const int32_t inner = call->shape[last];
    const ptrdiff_t from_step = (ptrdiff_t)call->from_strides[last] * call->element_bytes;
    const ptrdiff_t to_step = (ptrdiff_t)call->to_strides[last] * call->element_bytes;
    const size_t bytes = (size_t)call->element_bytes;
    nn_walk from = {{0}, 0};
    nn_walk to = {{0}, 0};
    do {
        const unsigned char *source = (const unsigned char *)call->from + from.offset * call->element_bytes;
        unsigned char *target = (unsigned char *)call->to + to.offset * call->element_bytes;
        if (from_step == call->element_bytes && to_step == call->element_bytes) {
            memcpy(target, source, (size_t)inner * bytes);
        } else {
            for (int32_t i = 0; i < inner; i++) memcpy(target + i * to_step, source + i * from_step, bytes);
        }
        nn_next_row(&to, call->rank, call->shape, call->to_strides);
    } while (nn_next_row(&from, call->rank, call->shape, call->from_strides));
}
