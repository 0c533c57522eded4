/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_TYPES_H
#define WMPF_ASSUMED_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    WXERROR_OK = 0,
    WXERROR_CANCELLED,
    WXERROR_UNKNOWN,
    WXERROR_INVALID_ARGUMENT,
    WXERROR_TIMEOUT,
    WXERROR_NOT_FOUND,
    WXERROR_ALREADY_EXISTS,
    WXERROR_PERMISSION_DENIED,
    WXERROR_RESOURCE_EXHAUSTED,
    WXERROR_FAILED_PRECONDITION,
    WXERROR_ABORTED,
    WXERROR_OUT_OF_RANGE,
    WXERROR_UNIMPLEMENTED,
    WXERROR_INTERNAL,
    WXERROR_UNAVAILABLE,
    WXERROR_DATA_LOSS,
    WXERROR_UNAUTHENTICATED
} wx_error_t;

typedef struct wx_struct {
    uint32_t tag;
    uint32_t size;
    uint32_t version;
} wx_struct_t;

enum { WX_METADATA_ENTRY_TYPE_U32 = 1, WX_METADATA_ENTRY_TYPE_U32_ARRAY = 2 };

struct wx_metadata_entry {
    uint32_t key;
    uint32_t type;
    uint32_t count;
    union {
        uint32_t u32;
        const uint32_t *u32_array;
    } data;
};

struct wx_metadata {
    wx_error_t (*get_parameter)(const struct wx_metadata *metadata, uint32_t key, struct wx_metadata_entry *out);
    wx_error_t (*set_parameter)(struct wx_metadata *metadata, uint32_t key, const struct wx_metadata_entry *entry);
    void *priv;
};

static inline void wx_metadata_entry_set_u32(struct wx_metadata_entry *entry, uint32_t key, uint32_t value)
{
    entry->key = key;
    entry->type = WX_METADATA_ENTRY_TYPE_U32;
    entry->count = 1;
    entry->data.u32 = value;
}

static inline void wx_metadata_entry_set_u32_array(struct wx_metadata_entry *entry, uint32_t key,
                                                   const uint32_t *values, uint32_t count)
{
    entry->key = key;
    entry->type = WX_METADATA_ENTRY_TYPE_U32_ARRAY;
    entry->count = count;
    entry->data.u32_array = values;
}

#endif
