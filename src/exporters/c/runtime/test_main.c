/* Self-check: replays the recorded vectors and prints every code that differs. Exit status 0 only if none does. */
#include "codes.h"
#include "test_vectors.h"

#include <stdio.h>

/* Mismatches printed one by one; beyond them only the count goes on. */
#define NN_PRINTED_MISMATCHES 100

static const char *nn_next_text(void) {
    static int32_t chunk = 0;
    static const char *at = NULL;
    if (!at || !*at) at = nn_test_data[chunk++];
    return at++;
}

static uint32_t nn_sextet(char letter) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(alphabet, letter);
    return at ? (uint32_t)(at - alphabet) : 0;
}

/* Next byte of the recorded data: four letters hold three. */
static uint32_t nn_next_byte(void) {
    static uint32_t held = 0;
    static int32_t bytes = 0;
    if (bytes == 0) {
        for (int32_t i = 0; i < 4; i++) held = (held << 6) | nn_sextet(*nn_next_text());
        bytes = 3;
    }
    bytes--;
    return (held >> (8 * bytes)) & 255;
}

static int32_t nn_next_code(nn_type type) {
    uint32_t bits = nn_next_byte();
    if (type == NN_INT8) return (int32_t)(bits ^ 128) - 128;
    if (type == NN_UINT8) return (int32_t)bits;
    bits |= nn_next_byte() << 8;
    if (type == NN_INT16) return (int32_t)(bits ^ 32768) - 32768;
    if (type == NN_UINT16) return (int32_t)bits;
    bits |= nn_next_byte() << 16;
    bits |= nn_next_byte() << 24;
    return bits < 0x80000000u ? (int32_t)bits : -(int32_t)(0xffffffffu - bits) - 1;
}

/* Number of codes of one output that differ from the recorded ones. */
static long nn_check_output(const nn_test_port *port, int32_t vector, long before) {
    long found = 0;
    for (int32_t i = 0; i < port->count; i++) {
        const long expected = nn_next_code(port->type);
        const long got = nn_load(port->data, port->type, i);
        if (expected == got) continue;
        if (before + found < NN_PRINTED_MISMATCHES)
            printf("vector %ld, output %s, index %ld: expected %ld, got %ld\n", (long)vector, port->name, (long)i,
                   expected, got);
        found++;
    }
    return found;
}

int main(void) {
    long mismatches = 0;
    for (int32_t vector = 0; vector < nn_test_vectors; vector++) {
        for (int32_t p = 0; p < nn_test_inputs; p++) {
            const nn_test_port *port = &nn_test_input[p];
            for (int32_t i = 0; i < port->count; i++) nn_store(port->data, port->type, i, nn_next_code(port->type));
        }
        if (nn_test_run() != 0) {
            printf("vector %ld: the network refused to run\n", (long)vector);
            return 2;
        }
        for (int32_t p = 0; p < nn_test_outputs; p++)
            mismatches += nn_check_output(&nn_test_output[p], vector, mismatches);
    }
    if (mismatches > NN_PRINTED_MISMATCHES) printf("only the first %d mismatches are shown\n", NN_PRINTED_MISMATCHES);
    printf("self-test: %ld vectors, %ld mismatches\n", (long)nn_test_vectors, mismatches);
    return mismatches == 0 ? 0 : 1;
}
