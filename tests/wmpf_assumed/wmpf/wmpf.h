/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_WMPF_H
#define WMPF_ASSUMED_WMPF_H

#include "wmpf/module.h"
#include "wmpf/operation.h"

#define WX_INIT_CONFIG_TAG 0x00001

typedef enum { WX_WXA_FLAVOR_RELEASE = 0, WX_WXA_FLAVOR_DEBUG = 1, WX_WXA_FLAVOR_DEMO = 2 } wx_wxa_flavor_t;

typedef struct wx_init_config {
    wx_struct_t common;
    const char *log_dir;
    const char *data_dir;
    int product_id;
    const char *host_appid;
    const char *device_id;
    const char *device_signature;
    int device_signature_version;
    const char *model_id;
    const char *wxa_appid;
    wx_wxa_flavor_t wxa_flavor;
    const char *rpmb_device;
    bool h265_only;
    bool video_landscape;
    int subscribe_video_length;
    int subscribe_video_rotation;
    int subscribe_video_ratio;
    int subscribe_video_maxfps;
} wx_init_config_t;

WX_BEGIN_DECLS
WX_API wx_operation_t wx_init(const wx_init_config_t *config, wx_get_module_t get_module);
WX_API wx_error_t wx_stop(void);
WX_END_DECLS

#endif
