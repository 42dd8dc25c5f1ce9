/* The smallest test harness that prints what tests/run counts. */
#ifndef KSEF_CHECK_H
#define KSEF_CHECK_H

#include <ksef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks_passed, checks_failed;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (condition) {                                                                                               \
            checks_passed++;                                                                                           \
        } else {                                                                                                       \
            checks_failed++;                                                                                           \
            printf("not ok %s:%d: %s\n", __FILE__, __LINE__, #condition);                                              \
        }                                                                                                              \
    } while (0)

#define CHECK_OK(call)                                                                                                 \
    do {                                                                                                               \
        ksef_error *check_error = NULL;                                                                                \
        ksef_error **error = &check_error;                                                                             \
        ksef_status check_status = (call);                                                                             \
        if (check_status == 0 && check_error == NULL) {                                                                \
            checks_passed++;                                                                                           \
        } else {                                                                                                       \
            checks_failed++;                                                                                           \
            printf("not ok %s:%d: %s: [%u] %s\n", __FILE__, __LINE__, #call, (unsigned)check_status,                    \
                   ksef_error_message(check_error, KSEF_LANGUAGE_ENGLISH));                                            \
        }                                                                                                              \
        ksef_error_free(check_error);                                                                                  \
    } while (0)

#define CHECK_STATUS(expected, call)                                                                                   \
    do {                                                                                                               \
        ksef_error *check_error = NULL;                                                                                \
        ksef_error **error = &check_error;                                                                             \
        ksef_status check_status = (call);                                                                             \
        if (check_status == (expected) && ksef_error_number(check_error) == (expected)) {                              \
            checks_passed++;                                                                                           \
        } else {                                                                                                       \
            checks_failed++;                                                                                           \
            printf("not ok %s:%d: %s: got %u\n", __FILE__, __LINE__, #call, (unsigned)check_status);                   \
        }                                                                                                              \
        ksef_error_free(check_error);                                                                                  \
    } while (0)

static inline int finish(void)
{
    printf("%d passed, %d failed, 0 skipped\n", checks_passed, checks_failed);
    return checks_failed != 0;
}

/* The environment variables that ffi/c_tests/run sets for the programs that need a server. */
static inline const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set; run ffi/c_tests/run\n", name);
        exit(2);
    }
    return value;
}

static inline char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    long size = ftell(file);
    rewind(file);
    char *content = malloc((size_t)size + 1);
    if (content == NULL || fread(content, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(2);
    }
    content[size] = 0;
    fclose(file);
    *length = (size_t)size;
    return content;
}

#endif
