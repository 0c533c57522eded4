/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_CAMERA_H
#define WMPF_ASSUMED_CAMERA_H

#include <time.h>

#include "wmpf/hardware/video.h"

#define WX_CAMERA_MODULE_TAG 0x20001
#define WX_CAMERA_DEVICE_TAG 0x20002
#define WX_CAMERA_STREAM_TAG 0x20003
#define WX_CAMERA_DEVICE_PRIMARY "primary"
enum { WX_CAMERA_FACING_FRONT = 1 };
enum {
    WX_CAMERA_DEVICE_METADATA_FACING = 1,
    WX_CAMERA_DEVICE_METADATA_FRAMERATE = 2,
    WX_CAMERA_DEVICE_METADATA_BITRATE = 3,
    WX_CAMERA_DEVICE_METADATA_SIZE = 4
};

struct wx_camera_stream_config {
    uint32_t format;
    uint32_t pixel_format;
};

struct wx_camera_stream {
    wx_struct_t common;
    struct wx_camera_stream_config config;
    wx_error_t (*close)(struct wx_camera_stream *stream);
    wx_error_t (*update)(struct wx_camera_stream *stream, const struct wx_camera_stream_config *config);
    wx_error_t (*make_i_frame)(struct wx_camera_stream *stream);
};

struct wx_camera_stream_listener {
    wx_struct_t common;
    void (*data)(struct wx_camera_stream *stream, void *user_data, const void *data, size_t length, uint32_t first,
                 uint32_t second, wx_video_rotation_t rotation, struct timespec at);
    void (*error)(struct wx_camera_stream *stream, void *user_data, wx_error_t error);
};

struct wx_camera_device {
    struct wx_device common;
    struct wx_metadata metadata;
    bool (*supports)(struct wx_camera_device *device, const struct wx_camera_stream_config *config);
    wx_error_t (*open_stream)(struct wx_camera_device *device, const struct wx_camera_stream_config *config,
                              const struct wx_camera_stream_listener *listener, void *user_data,
                              struct wx_camera_stream **out);
};

struct wx_camera_module {
    struct wx_module common;
    size_t (*get_number_of_devices)(struct wx_camera_module *module);
    wx_error_t (*get_device_info)(struct wx_camera_module *module, size_t index, struct wx_metadata **out);
    wx_error_t (*open)(struct wx_camera_module *module, const char *name, struct wx_device **out);
};

#endif
