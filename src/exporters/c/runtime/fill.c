#include "codes.h"

void nn_fill(const nn_fill_call *call) {
    for (int32_t i = 0; i < call->count; i++) nn_store(call->to, call->type, i, call->code);
}
