#include "broadcast.h"
#include "codes.h"

void nn_add(const nn_add_call *call) {
    const int32_t inner = call->shape[call->rank - 1];
    const int32_t step = call->b_strides[call->rank - 1];
    nn_walk walk = {{0}, 0};
    ptrdiff_t at = 0;
    do {
        for (int32_t i = 0; i < inner; i++, at++) {
            const int64_t a = nn_load(call->a.data, call->a.type, at) - (int64_t)call->a.zero;
            const int64_t b = nn_load(call->b.data, call->b.type, walk.offset + i * step) - (int64_t)call->b.zero;
            const int64_t sum = a * call->multiplier_a + b * call->multiplier_b;
            nn_put(&call->y, at, nn_round_shift(sum, call->shift));
        }
    } while (nn_next_row(&walk, call->rank, call->shape, call->b_strides));
}
