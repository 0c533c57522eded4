/* wmpf_audio.c: the audio module of the shim. See wmpf_shim.c. */
#define _GNU_SOURCE
#include <wmpf/hardware/audio.h>

#include "wmpf_hal.h"

#define RATE 16000u
#define FRAME_BYTES 640u /* 20 ms, 16 kHz, mono, signed 16 bits */

static struct list inputs, outputs;

static const uint32_t audio_formats[] = {WX_AUDIO_FORMAT_PCM};

static wx_error_t get_audio_parameter(const struct wx_metadata *metadata, uint32_t key, struct wx_metadata_entry *out)
{
    UNUSED(metadata);
    switch (key) {
    case WX_AUDIO_DEVICE_METADATA_MUTE:
        wx_metadata_entry_set_u32(out, key, 0);
        return WXERROR_OK;
    case WX_AUDIO_DEVICE_METADATA_VOLUME:
        wx_metadata_entry_set_u32(out, key, 100);
        return WXERROR_OK;
    case WX_AUDIO_DEVICE_METADATA_SUPPORTED_FORMATS:
        wx_metadata_entry_set_u32_array(out, key, audio_formats, 1);
        return WXERROR_OK;
    default:
        return WXERROR_UNIMPLEMENTED;
    }
}

static struct wx_metadata audio_metadata = {
    .get_parameter = get_audio_parameter, .set_parameter = set_no_parameter, .priv = NULL};

struct input {
    struct node node;
    struct wx_audio_stream_in stream;
    const struct wx_audio_stream_in_listener *listener;
    void *user_data;
    uint32_t rate;
    int paused;
};

struct output {
    struct node node;
    struct wx_audio_stream_out stream;
    const struct wx_audio_stream_out_listener *listener;
    void *user_data;
    uint32_t rate;
    int paused;
};

static wx_error_t close_input(struct wx_audio_stream *stream)
{
    struct input *input = OWNER(struct input, stream.common, stream);
    list_close(&inputs, &input->node);
    return WXERROR_OK;
}

static wx_error_t close_output(struct wx_audio_stream *stream)
{
    struct output *output = OWNER(struct output, stream.common, stream);
    list_close(&outputs, &output->node);
    return WXERROR_OK;
}

static wx_error_t set_paused(struct list *list, int *paused, int value)
{
    pthread_mutex_lock(&list->lock);
    *paused = value;
    pthread_mutex_unlock(&list->lock);
    return WXERROR_OK;
}

static wx_error_t pause_input(struct wx_audio_stream_in *stream)
{
    return set_paused(&inputs, &OWNER(struct input, stream, stream)->paused, 1);
}

static wx_error_t resume_input(struct wx_audio_stream_in *stream)
{
    return set_paused(&inputs, &OWNER(struct input, stream, stream)->paused, 0);
}

static wx_error_t pause_output(struct wx_audio_stream_out *stream)
{
    return set_paused(&outputs, &OWNER(struct output, stream, stream)->paused, 1);
}

static wx_error_t resume_output(struct wx_audio_stream_out *stream)
{
    return set_paused(&outputs, &OWNER(struct output, stream, stream)->paused, 0);
}

static wx_error_t flush_output(struct wx_audio_stream_out *stream)
{
    UNUSED(stream);
    return WXERROR_OK; /* nothing is kept here */
}

/* ASSUMED: the order of the arguments of both open functions. */
static wx_error_t open_input_stream(struct wx_audio_device_in *device, const struct wx_audio_config *config,
                                    const struct wx_audio_stream_in_listener *listener, void *user_data,
                                    struct wx_audio_stream_in **out)
{
    struct input *whole;
    UNUSED(device);
    if (!config || !listener || !out)
        return WXERROR_INVALID_ARGUMENT;
    if (config->sample_rate != RATE || config->sample_format != WX_SAMPLE_FORMAT_S16)
        return WXERROR_UNIMPLEMENTED;
    whole = calloc(1, sizeof(*whole));
    if (!whole)
        return WXERROR_RESOURCE_EXHAUSTED;
    whole->stream.common.common.tag = WX_AUDIO_STREAM_TAG;
    whole->stream.common.common.size = sizeof(whole->stream);
    whole->stream.common.close = close_input;
    whole->stream.pause = pause_input;
    whole->stream.resume = resume_input;
    whole->listener = listener;
    whole->user_data = user_data;
    whole->rate = config->sample_rate;
    *out = &whole->stream;
    list_add(&inputs, &whole->node);
    callbacks.media(callbacks_user, CVS_UP, CVS_CODEC_PCM, (int32_t)config->sample_rate, 1);
    return WXERROR_OK;
}

static wx_error_t open_output_stream(struct wx_audio_device_out *device, const struct wx_audio_config *config,
                                     const struct wx_audio_stream_out_listener *listener, void *user_data,
                                     struct wx_audio_stream_out **out)
{
    struct output *whole;
    UNUSED(device);
    if (!config || !listener || !out)
        return WXERROR_INVALID_ARGUMENT;
    if (config->sample_format != WX_SAMPLE_FORMAT_S16)
        return WXERROR_UNIMPLEMENTED;
    whole = calloc(1, sizeof(*whole));
    if (!whole)
        return WXERROR_RESOURCE_EXHAUSTED;
    whole->stream.common.common.tag = WX_AUDIO_STREAM_TAG;
    whole->stream.common.common.size = sizeof(whole->stream);
    whole->stream.common.close = close_output;
    whole->stream.pause = pause_output;
    whole->stream.resume = resume_output;
    whole->stream.flush = flush_output;
    whole->listener = listener;
    whole->user_data = user_data;
    whole->rate = config->sample_rate;
    *out = &whole->stream;
    list_add(&outputs, &whole->node);
    callbacks.media(callbacks_user, CVS_DOWN, CVS_CODEC_PCM, (int32_t)config->sample_rate, 1);
    return WXERROR_OK;
}

int32_t cvs_push_audio(const uint8_t *pcm, size_t length, uint64_t pts_us)
{
    struct node *node;
    if (!pcm)
        return CVS_ERROR_ARGUMENT;
    list_begin_walk(&inputs);
    for (node = inputs.first; node; node = node->next) {
        struct input *input = OWNER(struct input, node, node);
        /* The listener does not change what it is given; its signature does not say so. */
        if (!node->closed && !input->paused && input->listener->data)
            input->listener->data(&input->stream, input->user_data, timespec_of(pts_us), (uint8_t *)pcm, length);
    }
    list_end_walk(&inputs);
    return 0;
}

static void mix(int16_t *into, const int16_t *from, size_t samples)
{
    size_t i;
    for (i = 0; i < samples; i++) {
        int32_t sum = (int32_t)into[i] + from[i];
        into[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
    }
}

/* Every output stream is emptied, or its sound piles up; what is heard is those of our rate, mixed. */
int32_t cvs_pull_audio(uint8_t *pcm, size_t capacity)
{
    int16_t sum[FRAME_BYTES / 2], one[4096 / 2];
    size_t written = 0;
    struct node *node;
    struct timespec now = timespec_of(now_us());
    if (!pcm || capacity < FRAME_BYTES)
        return CVS_ERROR_ARGUMENT;
    memset(sum, 0, sizeof(sum));
    list_begin_walk(&outputs);
    for (node = outputs.first; node; node = node->next) {
        struct output *output = OWNER(struct output, node, node);
        size_t wanted = output->rate / 50u * 2u, got;
        if (node->closed || output->paused || !output->listener->data || wanted > sizeof(one))
            continue;
        got = output->listener->data(&output->stream, output->user_data, now, now, (uint8_t *)one, wanted);
        if (output->rate == RATE && got > 0 && got <= FRAME_BYTES) {
            mix(sum, one, got / 2);
            written = got > written ? got : written;
        }
    }
    list_end_walk(&outputs);
    memcpy(pcm, sum, written);
    return (int32_t)written;
}

static struct wx_audio_device_in microphone;
static struct wx_audio_device_out speaker;

/* ASSUMED: the signatures of the four functions of the module. */
static size_t number_of_audio_devices(struct wx_audio_module *module, wx_audio_device_type_t type)
{
    UNUSED(module);
    UNUSED(type);
    return 1;
}

static const char *audio_device_name(struct wx_audio_module *module, wx_audio_device_type_t type, size_t index)
{
    UNUSED(module);
    UNUSED(type);
    return index == 0 ? WX_AUDIO_DEVICE_PRIMARY : NULL;
}

static wx_error_t audio_device_info(struct wx_audio_module *module, wx_audio_device_type_t type, const char *name,
                                    struct wx_metadata **out)
{
    UNUSED(module);
    UNUSED(type);
    UNUSED(name);
    *out = &audio_metadata;
    return WXERROR_OK;
}

static wx_error_t open_audio_device(struct wx_audio_module *module, wx_audio_device_type_t type, const char *name,
                                    struct wx_device **out)
{
    UNUSED(module);
    UNUSED(name);
    *out = type == WX_AUDIO_DEVICE_IN ? &microphone.device.common : &speaker.device.common;
    return WXERROR_OK;
}

static struct wx_audio_module audio_module;

int prepare_audio(void)
{
    if (list_init(&inputs) || list_init(&outputs))
        return 1;
    microphone.device.common.common.tag = WX_AUDIO_DEVICE_TAG;
    microphone.device.common.common.size = sizeof(microphone);
    microphone.device.common.close = close_device;
    microphone.device.metadata = audio_metadata;
    microphone.open_input_stream = open_input_stream;
    speaker.device.common.common.tag = WX_AUDIO_DEVICE_TAG;
    speaker.device.common.common.size = sizeof(speaker);
    speaker.device.common.close = close_device;
    speaker.device.metadata = audio_metadata;
    speaker.open_output_stream = open_output_stream;
    audio_module.common.common.tag = WX_AUDIO_MODULE_TAG;
    audio_module.common.common.size = sizeof(audio_module);
    audio_module.common.id = WX_AUDIO_MODULE_ID;
    audio_module.get_number_of_devices = number_of_audio_devices;
    audio_module.get_device_name = audio_device_name;
    audio_module.get_device_info = audio_device_info;
    audio_module.open = open_audio_device;
    return 0;
}

struct wx_module *audio_module_named(const char *id)
{
    return strcmp(id, WX_AUDIO_MODULE_ID) ? NULL : &audio_module.common;
}
