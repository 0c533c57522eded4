/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_AUDIO_H
#define WMPF_ASSUMED_AUDIO_H

#include <time.h>

#include "wmpf/module.h"

#define WX_AUDIO_MODULE_TAG 0x10001
#define WX_AUDIO_DEVICE_TAG 0x10002
#define WX_AUDIO_STREAM_TAG 0x10003
#define WX_AUDIO_DEVICE_PRIMARY "primary"

typedef enum { WX_AUDIO_DEVICE_IN = 0, WX_AUDIO_DEVICE_OUT = 1 } wx_audio_device_type_t;
enum { WX_AUDIO_FORMAT_PCM = 1, WX_AUDIO_FORMAT_OPUS = 2 };
enum { WX_SAMPLE_FORMAT_S16 = 1 };
enum {
    WX_AUDIO_DEVICE_METADATA_MUTE = 1,
    WX_AUDIO_DEVICE_METADATA_VOLUME = 2,
    WX_AUDIO_DEVICE_METADATA_SUPPORTED_FORMATS = 3
};

struct wx_audio_config {
    uint32_t sample_rate;
    uint32_t channel_layout;
    uint32_t sample_format;
    size_t frame_count;
};

struct wx_audio_stream {
    wx_struct_t common;
    wx_error_t (*close)(struct wx_audio_stream *stream);
};

struct wx_audio_stream_in {
    struct wx_audio_stream common;
    wx_error_t (*pause)(struct wx_audio_stream_in *stream);
    wx_error_t (*resume)(struct wx_audio_stream_in *stream);
};

struct wx_audio_stream_out {
    struct wx_audio_stream common;
    wx_error_t (*pause)(struct wx_audio_stream_out *stream);
    wx_error_t (*resume)(struct wx_audio_stream_out *stream);
    wx_error_t (*flush)(struct wx_audio_stream_out *stream);
};

struct wx_audio_stream_in_listener {
    wx_struct_t common;
    void (*data)(struct wx_audio_stream_in *stream, void *user_data, struct timespec at, uint8_t *pcm, size_t length);
    void (*error)(struct wx_audio_stream_in *stream, void *user_data, wx_error_t error);
};

struct wx_audio_stream_out_listener {
    wx_struct_t common;
    size_t (*data)(struct wx_audio_stream_out *stream, void *user_data, struct timespec now, struct timespec played,
                   uint8_t *pcm, size_t capacity);
    void (*error)(struct wx_audio_stream_out *stream, void *user_data, wx_error_t error);
};

struct wx_audio_device {
    struct wx_device common;
    struct wx_metadata metadata;
};

struct wx_audio_device_in {
    struct wx_audio_device device;
    wx_error_t (*open_input_stream)(struct wx_audio_device_in *device, const struct wx_audio_config *config,
                                    const struct wx_audio_stream_in_listener *listener, void *user_data,
                                    struct wx_audio_stream_in **out);
};

struct wx_audio_device_out {
    struct wx_audio_device device;
    wx_error_t (*open_output_stream)(struct wx_audio_device_out *device, const struct wx_audio_config *config,
                                     const struct wx_audio_stream_out_listener *listener, void *user_data,
                                     struct wx_audio_stream_out **out);
};

struct wx_audio_module {
    struct wx_module common;
    size_t (*get_number_of_devices)(struct wx_audio_module *module, wx_audio_device_type_t type);
    const char *(*get_device_name)(struct wx_audio_module *module, wx_audio_device_type_t type, size_t index);
    wx_error_t (*get_device_info)(struct wx_audio_module *module, wx_audio_device_type_t type, const char *name,
                                  struct wx_metadata **out);
    wx_error_t (*open)(struct wx_audio_module *module, wx_audio_device_type_t type, const char *name,
                       struct wx_device **out);
};

#endif
