/* wmpf_shim.c: include/hookswitch_cloudvoip.h on top of WeChat's cloud VoIP server SDK (wmpf).
 *
 * You compile this against the headers of your SDK package; how: docs/wechat.md. It is written from what is public.
 * NOT VERIFIED AGAINST THE REAL SDK. Where the public text gives a name but no signature, the line says ASSUMED: that is
 * where your compiler may complain. Change the line, not the layout: every struct and tag is the header's business.
 *
 * How media flow. The SDK opens streams at modules that we implement, and our threads keep the clock: cvs_push_audio
 * hands each frame to the listeners of the open input streams, cvs_pull_audio asks those of the output streams,
 * cvs_push_video hands units to those of the camera, and the SDK writes downlink video to the streams of the video
 * module.
 *
 * wmpf_audio.c and wmpf_video.c are those modules; this file is the session.
 *
 * Locks. One list for each kind of stream, each with a lock that is held while a listener is called: after a stream was
 * closed its listener must not be. The locks are recursive, since a listener may close a stream.
 *
 * Operations. Each wx_operation_t is waited for without a limit, which consumes it exactly once: with a limit nobody can
 * tell a wait that timed out from a result that says so. The worker calls these functions on a thread that does nothing
 * else, and its server ends the process when it takes too long.
 */
#define _GNU_SOURCE
#include <wmpf/cloudvoip_server.h>
#include <wmpf/operation.h>
#include <wmpf/wmpf.h>

#include "wmpf_hal.h"

/* Where the SDK asks for a crypto module: -DCVS_CRYPTO_MODULE='my_crypto_module()' names an expression of type
 * struct wx_module *, declared in the file that -DCVS_CRYPTO_HEADER='"my_crypto.h"' names. Your package has several. */
#ifdef CVS_CRYPTO_HEADER
#include CVS_CRYPTO_HEADER
#endif

/* ---- what the worker wants to hear ---- */

struct cvs_callbacks callbacks;
void *callbacks_user;
static wx_cloudvoip_session_t session;
static wx_cloudvoip_session_type_t session_type;
int with_video;
int h265_only;
static int initialised;

static void say(int32_t level, const char *text)
{
    if (callbacks.log)
        callbacks.log(callbacks_user, level, text);
}

uint64_t now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000u + (uint64_t)at.tv_nsec / 1000u;
}

struct timespec timespec_of(uint64_t us)
{
    struct timespec at;
    at.tv_sec = (time_t)(us / 1000000u);
    at.tv_nsec = (long)(us % 1000000u) * 1000L;
    return at;
}

/* ---- what the modules share ---- */

int list_init(struct list *list)
{
    pthread_mutexattr_t kind;
    int failed = pthread_mutexattr_init(&kind);
    failed |= pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    failed |= pthread_mutex_init(&list->lock, &kind);
    pthread_mutexattr_destroy(&kind);
    return failed;
}

void list_add(struct list *list, struct node *node)
{
    pthread_mutex_lock(&list->lock);
    node->next = list->first;
    list->first = node;
    pthread_mutex_unlock(&list->lock);
}

/* Frees what is closed, unless somebody walks. The lock is held. */
static void list_tidy(struct list *list)
{
    struct node **at = &list->first;
    while (list->walks == 0 && *at) {
        struct node *node = *at;
        if (node->closed) {
            *at = node->next;
            free(node);
        } else {
            at = &node->next;
        }
    }
}

void list_close(struct list *list, struct node *node)
{
    pthread_mutex_lock(&list->lock);
    node->closed = 1;
    list_tidy(list);
    pthread_mutex_unlock(&list->lock);
}

void list_begin_walk(struct list *list)
{
    pthread_mutex_lock(&list->lock);
    list->walks++;
}

void list_end_walk(struct list *list)
{
    list->walks--;
    list_tidy(list);
    pthread_mutex_unlock(&list->lock);
}

wx_error_t set_no_parameter(struct wx_metadata *metadata, uint32_t key, const struct wx_metadata_entry *entry)
{
    UNUSED(metadata);
    UNUSED(key);
    UNUSED(entry);
    return WXERROR_OK; /* volume and the like: the device's own business */
}

/* The devices are static: closing one gives nothing back. */
wx_error_t close_device(struct wx_device *device)
{
    UNUSED(device);
    return WXERROR_OK;
}

/* ---- modules ---- */

static wx_error_t get_module(const char *id, struct wx_module **out)
{
    if (!id || !out)
        return WXERROR_INVALID_ARGUMENT;
    *out = audio_module_named(id);
    if (!*out)
        *out = video_module_named(id);
#ifdef CVS_CRYPTO_MODULE
    if (!*out && !strcmp(id, WX_CRYPTO_MODULE_ID))
        *out = CVS_CRYPTO_MODULE;
#endif
    return *out ? WXERROR_OK : WXERROR_UNIMPLEMENTED;
}

/* ---- the session ---- */

static void on_status(wx_cloudvoip_session_t from, void *user_data, wx_cloudvoip_session_status_t status)
{
    UNUSED(from);
    UNUSED(user_data);
    callbacks.status(callbacks_user, (int32_t)status);
}

static void on_av_status(wx_cloudvoip_session_t from, void *user_data, wx_cloudvoip_session_av_status_t status)
{
    UNUSED(from);
    UNUSED(user_data);
    UNUSED(status);
}

static void on_net_poor(wx_cloudvoip_session_t from, void *user_data, wx_cloudvoip_session_net_poor_status_t status)
{
    UNUSED(from);
    UNUSED(user_data);
    UNUSED(status);
    say(CVS_LOG_WARN, "the SDK finds the network poor");
}

static void on_message(wx_cloudvoip_session_t from, void *user_data, wx_cloudvoip_session_cmdmsg_t message)
{
    UNUSED(from);
    UNUSED(user_data);
    UNUSED(message);
}

/* Static: how long the SDK looks at it is not public. */
static wx_cloudvoip_session_listener_t listener;

static int32_t wait_for(wx_operation_t operation)
{
    return operation ? (int32_t)wx_operation_wait(operation, 0) : CVS_ERROR_MEMORY;
}

static char *keep(const char *text)
{
    return text && *text ? strdup(text) : NULL; /* for ever: who owns these texts afterwards is not public */
}

int32_t cvs_abi_version(void)
{
    return CVS_ABI_VERSION;
}

int32_t cvs_init(const struct cvs_config *config, const struct cvs_callbacks *given, void *user)
{
    wx_init_config_t wx;
    if (!config || !given)
        return CVS_ERROR_ARGUMENT;
    if (config->size != sizeof(*config) || given->size != sizeof(*given))
        return CVS_ERROR_STRUCT;
    if (initialised)
        return CVS_ERROR_STATE;
    if (!given->status || !given->video || !given->need_keyframe || !given->media || !config->data_dir)
        return CVS_ERROR_ARGUMENT;
    if (prepare_audio() || prepare_video())
        return CVS_ERROR_MEMORY;
    callbacks = *given;
    callbacks_user = user;
    h265_only = config->h265_only != 0;
    session_type = config->room_type == CVS_ROOM_VOICE ? WX_CLOUDVOIP_SESSION_AUDIO : WX_CLOUDVOIP_SESSION_VIDEO;
    with_video = session_type == WX_CLOUDVOIP_SESSION_VIDEO;
    initialised = 1;
    memset(&wx, 0, sizeof(wx));
    wx.common.tag = WX_INIT_CONFIG_TAG;
    wx.common.size = sizeof(wx);
    wx.log_dir = keep(config->log_dir);
    wx.data_dir = keep(config->data_dir);
    wx.h265_only = h265_only;
    wx.video_landscape = config->video_landscape != 0;
    wx.subscribe_video_length = (int)config->subscribe_video_length;
    wx.subscribe_video_rotation = (int)config->subscribe_video_rotation;
    wx.subscribe_video_ratio = (int)config->subscribe_video_ratio;
    wx.subscribe_video_maxfps = (int)config->subscribe_video_maxfps;
    return wait_for(wx_init(&wx, get_module));
}

static void describe_listener(void)
{
    memset(&listener, 0, sizeof(listener));
    listener.common.tag = WX_CLOUDVOIP_SESSION_LISTENER_TAG;
    listener.common.size = sizeof(listener);
    listener.status = on_status;
    listener.av_status = on_av_status;
    listener.net_poor_status = on_net_poor;
    listener.cmd_msg_recv = on_message;
}

int32_t cvs_join_device(const char *appid, const char *device_id, const char *model_id, const char *server_token,
                        const char *payload)
{
    if (!initialised || session)
        return CVS_ERROR_STATE;
    describe_listener();
    return wait_for(wx_cloudvoip_session_join(session_type, &listener, NULL, appid, device_id, model_id, server_token,
                                              payload, &session));
}

int32_t cvs_join_cloud(const char *appid, const char *server_token, const char *room_id, const char *session_key,
                       const char *payload)
{
    if (!initialised || session)
        return CVS_ERROR_STATE;
    describe_listener();
    return wait_for(wx_cloudvoip_session_cloud_call_join(session_type, &listener, NULL, appid, server_token, room_id,
                                                         session_key, payload, &session));
}

int32_t cvs_reject(const char *appid, const char *device_id, const char *model_id, const char *server_token,
                   const char *payload, int32_t reason)
{
    if (!initialised)
        return CVS_ERROR_STATE;
    return wait_for(wx_cloudvoip_listener_hangup(appid, device_id, model_id, server_token, payload, reason));
}

int32_t cvs_hangup(int32_t reason)
{
    return session ? wait_for(wx_cloudvoip_session_hangup(session, reason)) : CVS_ERROR_STATE;
}

int32_t cvs_set_remote_bandwidth(int32_t kbps)
{
    return session ? (int32_t)wx_cloudvoip_session_set_remote_bandwidth(session, kbps) : CVS_ERROR_STATE;
}

int32_t cvs_room_id(char *text, size_t capacity)
{
    const char *room = session ? wx_cloudvoip_session_get_roomid(session) : "";
    size_t length = room ? strlen(room) : 0;
    if (!text || length >= capacity)
        return CVS_ERROR_ARGUMENT;
    memcpy(text, room ? room : "", length + 1);
    return (int32_t)length;
}

int32_t cvs_stop(void)
{
    if (!initialised)
        return CVS_ERROR_STATE;
    if (session) {
        wx_cloudvoip_session_destroy(session);
        session = NULL;
    }
    return (int32_t)wx_stop();
}
