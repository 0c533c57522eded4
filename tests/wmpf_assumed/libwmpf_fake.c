/* A stand-in for WeChat's libwmpf, on the ASSUMED headers beside it. Nothing here says how the real one works: it keeps the rules that
 * are public, so that shim/ can be run in a test.
 *
 * It plays a call as the payload says: numbers with commas are statuses, 100 ms apart. After a 2 it sends back what it hears and
 * writes a picture with each 20 ms of sound. What the public rules forbid aborts the process: an operation that is consumed twice,
 * a stop while a session is there or an operation was left behind, a listener that is called after its stream was closed.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <wmpf/cloudvoip_server.h>
#include <wmpf/hardware/audio.h>
#include <wmpf/hardware/camera.h>
#include <wmpf/hardware/video.h>

struct wx_operation {
    wx_error_t result;
    int consumed;
};

struct wx_cloudvoip_session {
    wx_cloudvoip_session_listener_t listener;
    void *user_data;
    wx_cloudvoip_session_type_t type;
    char script[64];
    pthread_t thread;
    atomic_int over;
    atomic_int talking;
};

static atomic_int operations;
static atomic_int initialised;
static wx_get_module_t modules;
static struct wx_cloudvoip_session *only;

static void must(int holds, const char *rule)
{
    if (!holds) {
        fprintf(stderr, "broken rule: %s\n", rule);
        abort();
    }
}

static wx_operation_t operation(wx_error_t result)
{
    struct wx_operation *made = calloc(1, sizeof(*made));
    must(made != NULL, "memory");
    made->result = result;
    operations++;
    return made;
}

wx_error_t wx_operation_wait(wx_operation_t waited, uint32_t timeout_ms)
{
    wx_error_t result = waited->result;
    must(!waited->consumed, "an operation is consumed once");
    must(timeout_ms == 0, "the shim waits without a limit");
    waited->consumed = 1;
    operations--;
    return result; /* the object is kept, so that a second use is seen */
}

wx_error_t wx_operation_cancel(wx_operation_t cancelled)
{
    return wx_operation_wait(cancelled, 0);
}

void wx_operation_destroy(wx_operation_t destroyed)
{
    (void)wx_operation_wait(destroyed, 0);
}

wx_operation_t wx_init(const wx_init_config_t *config, wx_get_module_t get_module)
{
    struct wx_module *none = NULL;
    if (!config || !get_module || !config->data_dir || config->common.tag != WX_INIT_CONFIG_TAG ||
        config->common.size != sizeof(*config))
        return operation(WXERROR_INVALID_ARGUMENT);
    if (initialised++)
        return operation(WXERROR_FAILED_PRECONDITION);
    must(get_module("no such module", &none) == WXERROR_UNIMPLEMENTED, "a module that is not there is not implemented");
    modules = get_module;
    return operation(WXERROR_OK);
}

wx_error_t wx_stop(void)
{
    must(only == NULL, "no session is left at the stop");
    must(operations == 0, "no operation is left at the stop");
    return initialised ? WXERROR_OK : WXERROR_FAILED_PRECONDITION;
}

/* ---- media ---- */

static pthread_mutex_t echo_lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t echo[64000];
static size_t echo_length;
static atomic_int frames, units, streams_open;

static void heard(struct wx_audio_stream_in *stream, void *user_data, struct timespec at, uint8_t *pcm, size_t length)
{
    (void)stream;
    (void)user_data;
    (void)at;
    must(streams_open, "no listener is called after its stream was closed");
    frames++;
    pthread_mutex_lock(&echo_lock);
    if (echo_length + length <= sizeof(echo)) {
        memcpy(echo + echo_length, pcm, length);
        echo_length += length;
    }
    pthread_mutex_unlock(&echo_lock);
}

static size_t played(struct wx_audio_stream_out *stream, void *user_data, struct timespec now, struct timespec at,
                     uint8_t *pcm, size_t capacity)
{
    size_t n = 0;
    (void)stream;
    (void)user_data;
    (void)now;
    (void)at;
    must(streams_open, "no listener is called after its stream was closed");
    pthread_mutex_lock(&echo_lock);
    if (echo_length >= capacity) {
        n = capacity;
        memcpy(pcm, echo, n);
        memmove(echo, echo + n, echo_length - n);
        echo_length -= n;
    }
    pthread_mutex_unlock(&echo_lock);
    return n;
}

static void seen(struct wx_camera_stream *stream, void *user_data, const void *data, size_t length, uint32_t first,
                 uint32_t second, wx_video_rotation_t rotation, struct timespec at)
{
    const uint8_t *bytes = data;
    (void)stream;
    (void)user_data;
    (void)rotation;
    (void)at;
    must(streams_open, "no listener is called after its stream was closed");
    must(first == 0 && second == 0, "two zeros");
    must(length > 4 && bytes[0] == 0 && bytes[1] == 0, "a unit with its start code");
    units++;
}

static const struct wx_audio_stream_in_listener in_listener = {.data = heard};
static const struct wx_audio_stream_out_listener out_listener = {.data = played};
static const struct wx_camera_stream_listener camera_listener = {.data = seen};

static void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static void *play(void *argument)
{
    static const uint8_t parameters[] = {0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce};
    static const uint8_t picture[] = {0, 0, 0, 1, 0x65, 0x88, 0x84};
    struct wx_cloudvoip_session *session = argument;
    struct wx_audio_config pcm = {16000, 1, WX_SAMPLE_FORMAT_S16, 320};
    struct wx_audio_config other = {8000, 1, WX_SAMPLE_FORMAT_S16, 160};
    struct wx_camera_stream_config h264 = {WX_VIDEO_FORMAT_H264, WX_VIDEO_PIXEL_FORMAT_YUV420};
    struct wx_camera_stream_config h265 = {WX_VIDEO_FORMAT_H265, WX_VIDEO_PIXEL_FORMAT_YUV420};
    struct wx_video_stream_config shown = {WX_VIDEO_FORMAT_H264};
    struct wx_module *audio, *camera, *video;
    struct wx_device *microphone, *speaker, *lens;
    struct wx_audio_stream_in *in;
    struct wx_audio_stream_out *out, *ring;
    struct wx_camera_stream *filmed;
    struct wx_video_stream *screen;
    struct wx_metadata_entry entry;
    char *rest, *word;

    must(modules(WX_AUDIO_MODULE_ID, &audio) == WXERROR_OK, "an audio module");
    must(modules(WX_CAMERA_MODULE_ID, &camera) == WXERROR_OK, "a camera module");
    must(modules(WX_VIDEO_MODULE_ID, &video) == WXERROR_OK, "a video module");
    struct wx_audio_module *sound = (struct wx_audio_module *)audio;
    must(sound->open(sound, WX_AUDIO_DEVICE_IN, WX_AUDIO_DEVICE_PRIMARY, &microphone) == WXERROR_OK, "a microphone");
    must(sound->open(sound, WX_AUDIO_DEVICE_OUT, WX_AUDIO_DEVICE_PRIMARY, &speaker) == WXERROR_OK, "a speaker");
    struct wx_audio_device_in *input = (struct wx_audio_device_in *)microphone;
    struct wx_audio_device_out *output = (struct wx_audio_device_out *)speaker;
    must(input->device.metadata.get_parameter(&input->device.metadata, WX_AUDIO_DEVICE_METADATA_SUPPORTED_FORMATS,
                                              &entry) == WXERROR_OK &&
             entry.count == 1 && entry.data.u32_array[0] == WX_AUDIO_FORMAT_PCM,
         "PCM is supported");
    streams_open = 1;
    must(input->open_input_stream(input, &other, &in_listener, NULL, &in) == WXERROR_UNIMPLEMENTED, "only 16 kHz");
    must(input->open_input_stream(input, &pcm, &in_listener, NULL, &in) == WXERROR_OK, "an input stream");
    must(output->open_output_stream(output, &pcm, &out_listener, NULL, &out) == WXERROR_OK, "an output stream");
    /* A second one, as for a ring tone. It is drained, but not heard. */
    must(output->open_output_stream(output, &other, &out_listener, NULL, &ring) == WXERROR_OK, "another");
    ring->common.close(&ring->common);
    struct wx_camera_module *cameras = (struct wx_camera_module *)camera;
    must(cameras->open(cameras, WX_CAMERA_DEVICE_PRIMARY, &lens) == WXERROR_OK, "a camera");
    struct wx_camera_device *device = (struct wx_camera_device *)lens;
    must(device->open_stream(device, &h265, &camera_listener, NULL, &filmed) == WXERROR_UNIMPLEMENTED, "no H.265");
    must(device->open_stream(device, &h264, &camera_listener, NULL, &filmed) == WXERROR_OK, "H.264");
    struct wx_video_module *screens = (struct wx_video_module *)video;
    must(screens->create_output_stream(screens, &shown, &screen) == WXERROR_OK, "a screen");

    for (word = strtok_r(session->script, ",", &rest); word && !session->over; word = strtok_r(NULL, ",", &rest)) {
        sleep_ms(100);
        session->listener.status(session, session->user_data, atoi(word));
        if (atoi(word) == 2) {
            int n;
            filmed->make_i_frame(filmed);
            for (n = 0; n < 25 && !session->over; n++) {
                screen->write(screen, parameters, sizeof(parameters), NULL);
                screen->write(screen, picture, sizeof(picture), NULL);
                sleep_ms(20);
            }
            printf("heard %d frames, saw %d units\n", frames, units);
            fflush(stdout);
        }
    }
    while (!session->over)
        sleep_ms(5);
    in->common.close(&in->common);
    out->common.close(&out->common);
    filmed->close(filmed);
    screen->close(screen);
    streams_open = 0;
    return NULL;
}

/* ---- the session ---- */

static wx_operation_t join(wx_cloudvoip_session_type_t type, const wx_cloudvoip_session_listener_t *listener,
                           void *user_data, const char *payload, wx_cloudvoip_session_t *out)
{
    if (!listener || !listener->status || !payload || !out ||
        listener->common.tag != WX_CLOUDVOIP_SESSION_LISTENER_TAG || listener->common.size != sizeof(*listener))
        return operation(WXERROR_INVALID_ARGUMENT);
    if (!initialised || only)
        return operation(WXERROR_FAILED_PRECONDITION);
    if (!strcmp(payload, "denied"))
        return operation(WXERROR_PERMISSION_DENIED);
    only = calloc(1, sizeof(*only));
    must(only != NULL, "memory");
    only->listener = *listener;
    only->user_data = user_data;
    only->type = type;
    snprintf(only->script, sizeof(only->script), "%s", payload);
    *out = only;
    must(pthread_create(&only->thread, NULL, play, only) == 0, "a thread");
    return operation(WXERROR_OK);
}

wx_operation_t wx_cloudvoip_session_join(wx_cloudvoip_session_type_t type,
                                         const wx_cloudvoip_session_listener_t *listener, void *user_data,
                                         const char *wxa_appid, const char *device_id, const char *model_id,
                                         const char *server_token, const char *payload,
                                         wx_cloudvoip_session_t *session_out)
{
    if (!wxa_appid || !device_id || !model_id || !server_token)
        return operation(WXERROR_INVALID_ARGUMENT);
    return join(type, listener, user_data, payload, session_out);
}

wx_operation_t wx_cloudvoip_session_cloud_call_join(wx_cloudvoip_session_type_t type,
                                                    const wx_cloudvoip_session_listener_t *listener, void *user_data,
                                                    const char *wxa_appid, const char *server_token,
                                                    const char *roomid, const char *session_key, const char *payload,
                                                    wx_cloudvoip_session_t *session_out)
{
    if (!wxa_appid || !server_token || !roomid || !session_key)
        return operation(WXERROR_INVALID_ARGUMENT);
    return join(type, listener, user_data, payload, session_out);
}

wx_operation_t wx_cloudvoip_session_hangup(wx_cloudvoip_session_t session, wx_cloudvoip_hangup_reason_t reason)
{
    must(session == only && session, "the session is the one there is");
    session->over = 1;
    return operation(reason >= 0 && reason <= 11 ? WXERROR_OK : WXERROR_INVALID_ARGUMENT);
}

wx_operation_t wx_cloudvoip_listener_hangup(const char *wxa_appid, const char *device_id, const char *model_id,
                                            const char *server_token, const char *payload,
                                            wx_cloudvoip_hangup_reason_t reason)
{
    int whole = wxa_appid && device_id && model_id && server_token && payload && reason >= 0;
    return operation(!initialised ? WXERROR_FAILED_PRECONDITION : whole ? WXERROR_OK : WXERROR_INVALID_ARGUMENT);
}

void wx_cloudvoip_session_destroy(wx_cloudvoip_session_t session)
{
    must(session == only && session, "the session is the one there is");
    session->over = 1;
    pthread_join(session->thread, NULL);
    free(session);
    only = NULL;
}

const char *wx_cloudvoip_session_get_roomid(wx_cloudvoip_session_t session)
{
    return session ? "assumed-room" : "";
}

wx_error_t wx_cloudvoip_session_set_remote_bandwidth(wx_cloudvoip_session_t session, int kbps)
{
    return session && kbps > 0 ? WXERROR_OK : WXERROR_INVALID_ARGUMENT;
}
