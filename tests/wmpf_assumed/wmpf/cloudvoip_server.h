/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_CLOUDVOIP_SERVER_H
#define WMPF_ASSUMED_CLOUDVOIP_SERVER_H

#include "wmpf/wmpf.h"

#define WX_CLOUDVOIP_SESSION_LISTENER_TAG 0xF00001

typedef struct wx_cloudvoip_session *wx_cloudvoip_session_t;

typedef enum { WX_CLOUDVOIP_SESSION_VIDEO = 0, WX_CLOUDVOIP_SESSION_AUDIO = 1 } wx_cloudvoip_session_type_t;
typedef int wx_cloudvoip_session_status_t;
typedef int wx_cloudvoip_session_av_status_t;
typedef int wx_cloudvoip_session_net_poor_status_t;
typedef int wx_cloudvoip_hangup_reason_t;
typedef struct {
    int len;
    const char *msg;
} wx_cloudvoip_session_cmdmsg_t;

typedef struct wx_cloudvoip_session_listener {
    wx_struct_t common;
    void (*status)(wx_cloudvoip_session_t session, void *user_data, wx_cloudvoip_session_status_t status);
    void (*av_status)(wx_cloudvoip_session_t session, void *user_data, wx_cloudvoip_session_av_status_t status);
    void (*net_poor_status)(wx_cloudvoip_session_t session, void *user_data,
                            wx_cloudvoip_session_net_poor_status_t status);
    void (*cmd_msg_recv)(wx_cloudvoip_session_t session, void *user_data, wx_cloudvoip_session_cmdmsg_t msg);
} wx_cloudvoip_session_listener_t;

WX_BEGIN_DECLS
WX_API wx_operation_t wx_cloudvoip_session_join(wx_cloudvoip_session_type_t type,
                                                const wx_cloudvoip_session_listener_t *listener, void *user_data,
                                                const char *wxa_appid, const char *device_id, const char *model_id,
                                                const char *server_token, const char *payload,
                                                wx_cloudvoip_session_t *session_out);
WX_API wx_operation_t wx_cloudvoip_session_cloud_call_join(wx_cloudvoip_session_type_t type,
                                                           const wx_cloudvoip_session_listener_t *listener,
                                                           void *user_data, const char *wxa_appid,
                                                           const char *server_token, const char *roomid,
                                                           const char *session_key, const char *payload,
                                                           wx_cloudvoip_session_t *session_out);
WX_API wx_operation_t wx_cloudvoip_session_hangup(wx_cloudvoip_session_t session,
                                                  wx_cloudvoip_hangup_reason_t reason);
WX_API wx_operation_t wx_cloudvoip_listener_hangup(const char *wxa_appid, const char *device_id,
                                                   const char *model_id, const char *server_token,
                                                   const char *payload, wx_cloudvoip_hangup_reason_t reason);
WX_API void wx_cloudvoip_session_destroy(wx_cloudvoip_session_t session);
WX_API const char *wx_cloudvoip_session_get_roomid(wx_cloudvoip_session_t session);
WX_API wx_error_t wx_cloudvoip_session_set_remote_bandwidth(wx_cloudvoip_session_t session, int kbps);
WX_END_DECLS

#endif
