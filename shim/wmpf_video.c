/* wmpf_video.c: the camera and video modules of the shim. See wmpf_shim.c. */
#define _GNU_SOURCE
#include <wmpf/hardware/camera.h>
#include <wmpf/hardware/video.h>

#include "wmpf_hal.h"

static struct list cameras, screens;

static wx_error_t get_camera_parameter(const struct wx_metadata *metadata, uint32_t key, struct wx_metadata_entry *out)
{
    UNUSED(metadata);
    if (key == WX_CAMERA_DEVICE_METADATA_FACING) {
        wx_metadata_entry_set_u32(out, key, WX_CAMERA_FACING_FRONT);
        return WXERROR_OK;
    }
    return WXERROR_UNIMPLEMENTED;
}

static struct wx_metadata camera_metadata = {
    .get_parameter = get_camera_parameter, .set_parameter = set_no_parameter, .priv = NULL};

/* ---- pictures to WeChat ---- */

struct camera {
    struct node node;
    struct wx_camera_stream stream;
    const struct wx_camera_stream_listener *listener;
    void *user_data;
};

static int wanted_format(uint32_t format)
{
    return format == (uint32_t)(h265_only ? WX_VIDEO_FORMAT_H265 : WX_VIDEO_FORMAT_H264);
}

static wx_error_t close_camera(struct wx_camera_stream *stream)
{
    struct camera *camera = OWNER(struct camera, stream, stream);
    list_close(&cameras, &camera->node);
    return WXERROR_OK;
}

static wx_error_t update_camera(struct wx_camera_stream *stream, const struct wx_camera_stream_config *config)
{
    UNUSED(stream);
    return config && wanted_format(config->format) ? WXERROR_OK : WXERROR_UNIMPLEMENTED;
}

static wx_error_t make_i_frame(struct wx_camera_stream *stream)
{
    UNUSED(stream);
    callbacks.need_keyframe(callbacks_user);
    return WXERROR_OK;
}

static bool camera_supports(struct wx_camera_device *device, const struct wx_camera_stream_config *config)
{
    UNUSED(device);
    return config && wanted_format(config->format);
}

/* ASSUMED: the order of the arguments. The SDK tries one format after another. */
static wx_error_t open_camera_stream(struct wx_camera_device *device, const struct wx_camera_stream_config *config,
                                     const struct wx_camera_stream_listener *listener, void *user_data,
                                     struct wx_camera_stream **out)
{
    struct camera *whole;
    if (!config || !listener || !out)
        return WXERROR_INVALID_ARGUMENT;
    if (!camera_supports(device, config))
        return WXERROR_UNIMPLEMENTED;
    whole = calloc(1, sizeof(*whole));
    if (!whole)
        return WXERROR_RESOURCE_EXHAUSTED;
    whole->stream.common.tag = WX_CAMERA_STREAM_TAG;
    whole->stream.common.size = sizeof(whole->stream);
    whole->stream.config = *config;
    whole->stream.close = close_camera;
    whole->stream.update = update_camera;
    whole->stream.make_i_frame = make_i_frame;
    whole->listener = listener;
    whole->user_data = user_data;
    *out = &whole->stream;
    list_add(&cameras, &whole->node);
    callbacks.media(callbacks_user, CVS_UP, h265_only ? CVS_CODEC_H265 : CVS_CODEC_H264, 0, 0);
    return WXERROR_OK;
}

int32_t cvs_push_video(int32_t codec, uint32_t flags, const uint8_t *unit, size_t length, int32_t rotation,
                       uint64_t pts_us)
{
    struct node *node;
    UNUSED(flags);
    UNUSED(rotation); /* only WX_VIDEO_ROTATION_0 is public */
    if (!unit || codec != (h265_only ? CVS_CODEC_H265 : CVS_CODEC_H264))
        return CVS_ERROR_ARGUMENT;
    list_begin_walk(&cameras);
    for (node = cameras.first; node; node = node->next) {
        struct camera *camera = OWNER(struct camera, node, node);
        /* The vendor's example passes two zeros there. */
        if (!node->closed && camera->listener->data)
            camera->listener->data(&camera->stream, camera->user_data, (void *)unit, length, 0, 0, WX_VIDEO_ROTATION_0,
                                   timespec_of(pts_us));
    }
    list_end_walk(&cameras);
    return 0;
}

static struct wx_camera_device camera_device;

/* ASSUMED: the signatures of the three functions of the module. */
static size_t number_of_cameras(struct wx_camera_module *module)
{
    UNUSED(module);
    return with_video ? 1 : 0;
}

static wx_error_t camera_info(struct wx_camera_module *module, size_t index, struct wx_metadata **out)
{
    UNUSED(module);
    if (index != 0)
        return WXERROR_NOT_FOUND;
    *out = &camera_metadata;
    return WXERROR_OK;
}

static wx_error_t open_camera(struct wx_camera_module *module, const char *name, struct wx_device **out)
{
    UNUSED(module);
    UNUSED(name);
    *out = &camera_device.common;
    return WXERROR_OK;
}

static struct wx_camera_module camera_module;

/* ---- pictures from WeChat ---- */

struct screen {
    struct node node;
    struct wx_video_stream stream;
    int32_t codec;
};

static wx_error_t write_video(struct wx_video_stream *stream, const void *data, size_t length,
                              const struct wx_video_stream_data_metadata *metadata)
{
    struct screen *screen = OWNER(struct screen, stream, stream);
    UNUSED(metadata);
    callbacks.video(callbacks_user, screen->codec, data, length, 0, now_us());
    return WXERROR_OK;
}

static wx_error_t close_video(struct wx_video_stream *stream)
{
    struct screen *screen = OWNER(struct screen, stream, stream);
    list_close(&screens, &screen->node);
    return WXERROR_OK;
}

/* ASSUMED: the order of the arguments. */
static wx_error_t create_output_stream(struct wx_video_module *module, const struct wx_video_stream_config *config,
                                       struct wx_video_stream **out)
{
    struct screen *whole;
    UNUSED(module);
    if (!config || !out)
        return WXERROR_INVALID_ARGUMENT;
    whole = calloc(1, sizeof(*whole));
    if (!whole)
        return WXERROR_RESOURCE_EXHAUSTED;
    whole->stream.common.tag = WX_VIDEO_STREAM_TAG;
    whole->stream.common.size = sizeof(whole->stream);
    whole->stream.write = write_video;
    whole->stream.close = close_video;
    whole->codec = config->format == WX_VIDEO_FORMAT_H265 ? CVS_CODEC_H265 : CVS_CODEC_H264;
    *out = &whole->stream;
    list_add(&screens, &whole->node);
    callbacks.media(callbacks_user, CVS_DOWN, whole->codec, 0, 0);
    return WXERROR_OK;
}

static struct wx_video_module video_module;

int prepare_video(void)
{
    if (list_init(&cameras) || list_init(&screens))
        return 1;
    camera_device.common.common.tag = WX_CAMERA_DEVICE_TAG;
    camera_device.common.common.size = sizeof(camera_device);
    camera_device.common.close = close_device;
    camera_device.metadata = camera_metadata;
    camera_device.supports = camera_supports;
    camera_device.open_stream = open_camera_stream;
    camera_module.common.common.tag = WX_CAMERA_MODULE_TAG;
    camera_module.common.common.size = sizeof(camera_module);
    camera_module.common.id = WX_CAMERA_MODULE_ID;
    camera_module.get_number_of_devices = number_of_cameras;
    camera_module.get_device_info = camera_info;
    camera_module.open = open_camera;
    video_module.common.common.tag = WX_VIDEO_MODULE_TAG;
    video_module.common.common.size = sizeof(video_module);
    video_module.common.id = WX_VIDEO_MODULE_ID;
    video_module.create_output_stream = create_output_stream;
    return 0;
}

struct wx_module *video_module_named(const char *id)
{
    if (!strcmp(id, WX_CAMERA_MODULE_ID))
        return &camera_module.common;
    return strcmp(id, WX_VIDEO_MODULE_ID) ? NULL : &video_module.common;
}
