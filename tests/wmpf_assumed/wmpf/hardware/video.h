/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_VIDEO_H
#define WMPF_ASSUMED_VIDEO_H

#include "wmpf/module.h"

#define WX_VIDEO_MODULE_TAG 0x30001
#define WX_VIDEO_STREAM_TAG 0x30002

enum { WX_VIDEO_FORMAT_H264 = 1, WX_VIDEO_FORMAT_H265 = 2 };
enum { WX_VIDEO_PIXEL_FORMAT_YUV420 = 1 };
typedef enum { WX_VIDEO_ROTATION_0 = 0 } wx_video_rotation_t;

struct wx_video_stream_config {
    uint32_t format;
};

struct wx_video_stream_data_metadata {
    uint32_t reserved;
};

struct wx_video_stream {
    wx_struct_t common;
    wx_error_t (*write)(struct wx_video_stream *stream, const void *data, size_t length,
                        const struct wx_video_stream_data_metadata *metadata);
    wx_error_t (*close)(struct wx_video_stream *stream);
};

struct wx_video_module {
    struct wx_module common;
    void *create_encoder;
    void *create_decoder;
    wx_error_t (*create_output_stream)(struct wx_video_module *module, const struct wx_video_stream_config *config,
                                       struct wx_video_stream **out);
};

#endif
