#include "codes.h"

void nn_lookup(const nn_lookup_call *call) {
    const nn_type type = call->x.type;
    const int32_t lowest = type == NN_INT8 ? INT8_MIN : type == NN_INT16 ? INT16_MIN : 0;
    for (int32_t i = 0; i < call->count; i++) {
        const int32_t entry = nn_load(call->x.data, type, i) - lowest;
        nn_store(call->to, call->type, i, nn_load(call->table, call->type, entry));
    }
}
