/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_MODULE_H
#define WMPF_ASSUMED_MODULE_H

#include "wmpf/types.h"

#define WX_AUDIO_MODULE_ID "assumed.audio"
#define WX_CAMERA_MODULE_ID "assumed.camera"
#define WX_VIDEO_MODULE_ID "assumed.video"
#define WX_CRYPTO_MODULE_ID "assumed.crypto"

struct wx_module {
    wx_struct_t common;
    const char *id;
    void (*set_on_devices_changed)(struct wx_module *module, void (*changed)(void *), void *user_data);
};

struct wx_device {
    wx_struct_t common;
    void *priv;
    wx_error_t (*close)(struct wx_device *device);
};

typedef wx_error_t (*wx_get_module_t)(const char *id, struct wx_module **out);

#endif
