/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_MACROS_H
#define WMPF_ASSUMED_MACROS_H

#ifdef __cplusplus
#define WX_BEGIN_DECLS extern "C" {
#define WX_END_DECLS }
#else
#define WX_BEGIN_DECLS
#define WX_END_DECLS
#endif
#define WX_API __attribute__((visibility("default")))

#endif
