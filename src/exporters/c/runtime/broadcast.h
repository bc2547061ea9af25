/* Walks a contiguous operand together with one that is broadcast: the outer axes as an odometer, the innermost by hand. */
#ifndef NN_BROADCAST_H
#define NN_BROADCAST_H

#include "kernels.h"

typedef struct {
    int32_t index[NN_MAX_RANK];
    /* Element of the strided operand at the start of the present innermost row. */
    ptrdiff_t offset;
} nn_walk;

/* Moves to the next innermost row; 0 after the last. */
static inline int nn_next_row(nn_walk *walk, int32_t rank, const int32_t *shape, const int32_t *strides) {
    for (int32_t axis = rank - 2; axis >= 0; axis--) {
        walk->offset += strides[axis];
        if (++walk->index[axis] < shape[axis]) return 1;
        walk->offset -= (ptrdiff_t)strides[axis] * shape[axis];
        walk->index[axis] = 0;
    }
    return 0;
}

#endif
