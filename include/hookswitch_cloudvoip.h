/* hookswitch_cloudvoip.h: what a library must offer so that hookswitch can hold calls with WeChat users through it.
 *
 * A worker process (`hookswitch cloudvoip-worker`) loads one such library at run time, for one call. shim/wmpf_shim.c
 * is such a library on top of the vendor's SDK. How to compile it: docs/wechat.md.
 *
 * Rules
 * -----
 * Everything is scalars and pointers. Texts are UTF-8, end in a zero byte and are never NULL unless said otherwise.
 * Whatever the caller hands over belongs to the caller and may be gone when the function returns: copy it. The one
 * exception is `user`, which lives as long as the process.
 *
 * Functions return 0, a number of bytes where they say so, or an error: a positive one is the SDK's own (wx_error_t),
 * a negative one is one of CVS_ERROR_*.
 *
 * Threads. These are called from one thread, one after another, and may block as long as the SDK does; the server
 * watches the clock and ends the process where it takes too long: cvs_init, cvs_join_device, cvs_join_cloud,
 * cvs_reject, cvs_hangup, cvs_set_remote_bandwidth, cvs_room_id, cvs_stop. Between a join that worked and cvs_stop,
 * cvs_push_audio and cvs_pull_audio are called from a second thread and cvs_push_video from a third, at the same time
 * as all others. They should not block for longer than a frame lasts. After cvs_stop nothing is called any more.
 *
 * Callbacks may come from any thread, from the beginning of cvs_init to the end of cvs_stop, at the same time too.
 * They only copy, never block and never call back into this library. None may be called after cvs_stop returned.
 *
 * Order: cvs_abi_version, cvs_init, one of cvs_join_device, cvs_join_cloud or cvs_reject, then cvs_hangup, cvs_stop.
 * The process leaves with _exit after cvs_stop; the library is never unloaded and runs no destructors.
 */
#ifndef HOOKSWITCH_CLOUDVOIP_H
#define HOOKSWITCH_CLOUDVOIP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change that a library or a worker of before would not understand. */
#define CVS_ABI_VERSION 1

#if defined(__GNUC__)
#define CVS_API __attribute__((visibility("default")))
#else
#define CVS_API
#endif

/* Errors of this interface; those of the SDK are positive. */
#define CVS_ERROR_STRUCT (-1001)   /* a struct is not of the size that this library was compiled with */
#define CVS_ERROR_STATE (-1002)    /* not in this order */
#define CVS_ERROR_ARGUMENT (-1003) /* an argument that cannot be */
#define CVS_ERROR_MEMORY (-1004)   /* no memory, no thread */

/* What a call is made of. The SDK's own numbers. */
#define CVS_ROOM_VIDEO 0
#define CVS_ROOM_VOICE 1

/* Codecs. */
#define CVS_CODEC_PCM 1
#define CVS_CODEC_H264 2
#define CVS_CODEC_H265 3
#define CVS_CODEC_OPUS 4

/* Flags of video. */
#define CVS_VIDEO_KEY 1u    /* a decoder can begin here */
#define CVS_VIDEO_CONFIG 2u /* parameter sets */

/* Which way media goes. */
#define CVS_UP 0   /* to WeChat */
#define CVS_DOWN 1 /* from WeChat */

/* Levels of `log`. */
#define CVS_LOG_ERROR 1
#define CVS_LOG_WARN 2
#define CVS_LOG_INFO 3
#define CVS_LOG_DEBUG 4

struct cvs_config {
    uint32_t size;                   /* sizeof(struct cvs_config) */
    uint32_t room_type;              /* CVS_ROOM_* */
    const char *data_dir;            /* a folder that belongs to this process alone and stays */
    const char *log_dir;             /* where the SDK writes its log, or NULL for no log */
    const char *appid;               /* the mini program, the device, its model: the same as in the join */
    const char *device_id;
    const char *model_id;
    const char *peer;                /* the WeChat user (openid); may be empty */
    uint32_t h265_only;              /* 1: H.265 in both directions */
    uint32_t video_landscape;        /* 1: 4:3 instead of 3:4 */
    uint32_t subscribe_video_length; /* long edge in pixels, 0 for whatever comes */
    uint32_t subscribe_video_rotation; /* 1: upright */
    uint32_t subscribe_video_ratio;  /* width / height * 100, 0 for whatever comes */
    uint32_t subscribe_video_maxfps; /* 0 for whatever comes */
};

struct cvs_callbacks {
    uint32_t size;     /* sizeof(struct cvs_callbacks) */
    uint32_t reserved; /* 0 */
    /* The session's status as the SDK numbers it, 0 to 9. 1 and 2 may come before the join returns. */
    void (*status)(void *user, int32_t status);
    /* Video from WeChat, Annex B with start codes: whole units, one or several. pts_us: when, in microseconds on a
     * clock that does not jump. rotation: degrees. */
    void (*video)(void *user, int32_t codec, const uint8_t *data, size_t length, int32_t rotation, uint64_t pts_us);
    /* The next video pushed should be a key frame. */
    void (*need_keyframe)(void *user);
    /* A stream was opened: what is sent or wanted from now on. rate: samples a second, 0 for video. */
    void (*media)(void *user, int32_t direction, int32_t codec, int32_t rate, int32_t channels);
    /* For the log of the server. No secrets: no server token, no session key, no payload. */
    void (*log)(void *user, int32_t level, const char *text);
};

#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L && defined(__LP64__)
_Static_assert(sizeof(struct cvs_config) == 80, "hookswitch expects 80 bytes");
_Static_assert(sizeof(struct cvs_callbacks) == 48, "hookswitch expects 48 bytes");
#endif

/* CVS_ABI_VERSION as the library was compiled. Called first. */
CVS_API int32_t cvs_abi_version(void);

/* Initialises the SDK; returns when it is ready or has failed. Once per process. */
CVS_API int32_t cvs_init(const struct cvs_config *config, const struct cvs_callbacks *callbacks, void *user);

/* Joins a call that the SDK on the device started. Returns when in the room: nobody has answered for that. */
CVS_API int32_t cvs_join_device(const char *appid, const char *device_id, const char *model_id,
                                const char *server_token, const char *payload);

/* Joins a call that was started by REST or by the phone. */
CVS_API int32_t cvs_join_cloud(const char *appid, const char *server_token, const char *room_id,
                               const char *session_key, const char *payload);

/* Tells the phone no, instead of joining. reason: the SDK's numbers, as in cvs_hangup. */
CVS_API int32_t cvs_reject(const char *appid, const char *device_id, const char *model_id, const char *server_token,
                           const char *payload, int32_t reason);

/* Sound for WeChat: 20 ms of signed 16-bit samples, 16 kHz, mono: 640 bytes. Called every 20 ms, with silence where
 * there is no sound. */
CVS_API int32_t cvs_push_audio(const uint8_t *pcm, size_t length, uint64_t pts_us);

/* Video for WeChat: one unit in Annex B form, its start code included. */
CVS_API int32_t cvs_push_video(int32_t codec, uint32_t flags, const uint8_t *unit, size_t length, int32_t rotation,
                               uint64_t pts_us);

/* Sound from WeChat: writes up to `capacity` bytes, 20 ms of sound, and returns how many. Called every 20 ms; 0 while
 * there is none. */
CVS_API int32_t cvs_pull_audio(uint8_t *pcm, size_t capacity);

/* Ends the call. reason: 0 unknown, 1 the user did, 6 a telephone call, 7 another program, 8 capture or playback
 * failed, 9 busy, 10 nobody answered, 11 refused. */
CVS_API int32_t cvs_hangup(int32_t reason);

/* How much WeChat may send, in kilobits a second. */
CVS_API int32_t cvs_set_remote_bandwidth(int32_t kbps);

/* WeChat's name of the room: writes it with its zero byte and returns its length, 0 if there is none. */
CVS_API int32_t cvs_room_id(char *text, size_t capacity);

/* Gives everything back that is still there, and stops the SDK. */
CVS_API int32_t cvs_stop(void);

#ifdef __cplusplus
}
#endif

#endif
