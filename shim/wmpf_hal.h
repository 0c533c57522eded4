/* wmpf_hal.h: what the files of the shim share. See wmpf_shim.c. */
#ifndef HOOKSWITCH_WMPF_HAL_H
#define HOOKSWITCH_WMPF_HAL_H

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <wmpf/module.h>
#include <wmpf/types.h>

#include "hookswitch_cloudvoip.h"

#define UNUSED(x) ((void)(x))
/* The struct of that type whose member that is. */
#define OWNER(type, member, pointer) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* What cvs_init was given. */
extern struct cvs_callbacks callbacks;
extern void *callbacks_user;
extern int h265_only;
extern int with_video;

/* A list of open streams, with the lock that is held while a listener is called. A node is the first member of what it
 * is part of. One that is closed during a walk goes after the walk: a listener may close any stream. */
struct node {
    struct node *next;
    int closed;
};

struct list {
    pthread_mutex_t lock;
    struct node *first;
    int walks;
};

int list_init(struct list *list);
void list_add(struct list *list, struct node *node);
void list_close(struct list *list, struct node *node);
/* Between the two the lock is held; nodes that are closed are to be passed over. */
void list_begin_walk(struct list *list);
void list_end_walk(struct list *list);

uint64_t now_us(void);
struct timespec timespec_of(uint64_t us);

/* The devices are static: closing one gives nothing back. */
wx_error_t close_device(struct wx_device *device);
wx_error_t set_no_parameter(struct wx_metadata *metadata, uint32_t key, const struct wx_metadata_entry *entry);

/* Prepare the modules; 0 if that worked. */
int prepare_audio(void);
int prepare_video(void);
/* The module of that name, or NULL. */
struct wx_module *audio_module_named(const char *id);
struct wx_module *video_module_named(const char *id);

#endif
