/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound release of temporaries and the transfer of ownership out of a scope.
 *
 *     CLEANUP(fd_closep) int fd = -1;
 *     *ret = TAKE(buf);              hands buf over and leaves NULL behind
 */
#pragma once

#include <stdlib.h>

#define CLEANUP(f) __attribute__((cleanup(f)))

#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

/* CLEANUP(freep) char *p = NULL; */
static inline void freep(void *pp)
{
	free(*(void **)pp);
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
