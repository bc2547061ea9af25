/* Reading and writing single codes, and the two roundings. Multi-byte codes go through memcpy: no alignment is needed. */
#ifndef NN_CODES_H
#define NN_CODES_H

#include "kernels.h"

#include <string.h>

static inline int32_t nn_load(const void *data, nn_type type, ptrdiff_t index) {
    const unsigned char *at = data;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    switch (type) {
    case NN_INT8:
        return ((const int8_t *)data)[index];
    case NN_UINT8:
        return at[index];
    case NN_INT16:
        memcpy(&i16, at + 2 * index, 2);
        return i16;
    case NN_UINT16:
        memcpy(&u16, at + 2 * index, 2);
        return u16;
    case NN_INT32:
    default:
        memcpy(&i32, at + 4 * index, 4);
        return i32;
    }
}

static inline void nn_store(void *data, nn_type type, ptrdiff_t index, int32_t code) {
    unsigned char *at = data;
    const int16_t i16 = (int16_t)code;
    const uint16_t u16 = (uint16_t)code;
    switch (type) {
    case NN_INT8:
        ((int8_t *)data)[index] = (int8_t)code;
        break;
    case NN_UINT8:
        at[index] = (unsigned char)code;
        break;
    case NN_INT16:
        memcpy(at + 2 * index, &i16, 2);
        break;
    case NN_UINT16:
        memcpy(at + 2 * index, &u16, 2);
        break;
    case NN_INT32:
    default:
        memcpy(at + 4 * index, &code, 4);
        break;
    }
}

/* value >> shift, rounding towards minus infinity; ">>" of a negative number is left open by C. */
static inline int64_t nn_floor_shift(int64_t value, int32_t shift) {
    return value < 0 ? ~(~value >> shift) : value >> shift;
}

static inline int64_t nn_round_shift(int64_t value, int32_t shift) {
    const int64_t half = shift > 0 ? (int64_t)1 << (shift - 1) : 0;
    return nn_floor_shift(value + half, shift);
}

static inline int64_t nn_rescaled(const nn_rescale *rescale, int64_t sum, int32_t channel) {
    const int64_t product = sum * rescale->multiplier[channel * rescale->multiplier_step];
    const int32_t shift = rescale->shift[channel * rescale->shift_step];
    return rescale->rounding ? nn_round_shift(product, shift) : nn_floor_shift(product, shift);
}

static inline void nn_put(const nn_output *y, ptrdiff_t index, int64_t value) {
    const int64_t code = value + y->zero;
    nn_store(y->data, y->type, index, code < y->low ? y->low : code > y->high ? y->high : (int32_t)code);
}

/* Row of weights of one output channel, unpacked where it is packed. */
static inline const void *nn_weight_row(const nn_weights *weights, int32_t channel, int32_t n) {
    const uint8_t *row = (const uint8_t *)weights->data + (ptrdiff_t)channel * weights->row_bytes;
    if (!weights->unpack) return row;
    weights->unpack(row, weights->bits, n, weights->scratch);
    return weights->scratch;
}

#endif
