/* ASSUMED, and arbitrary. Not the vendor's file and not copied from it: names that are public, in a layout that we made up,
 * so that shim/wmpf_shim.c can be compiled and run in a test. Never compile the shim against this for real calls. */
#ifndef WMPF_ASSUMED_OPERATION_H
#define WMPF_ASSUMED_OPERATION_H

#include "wmpf/macros.h"
#include "wmpf/types.h"

WX_BEGIN_DECLS
typedef struct wx_operation *wx_operation_t;
WX_API wx_error_t wx_operation_wait(wx_operation_t operation, uint32_t timeout_ms);
WX_API wx_error_t wx_operation_cancel(wx_operation_t operation);
WX_API void wx_operation_destroy(wx_operation_t operation);
WX_END_DECLS

#endif
