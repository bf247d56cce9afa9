/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_bool enabled;

void log_enable(bool on)
{
	atomic_store(&enabled, on);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!atomic_load_explicit(&enabled, memory_order_relaxed))
		return;
	flockfile(stderr);
	(void)fputs("debug: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	funlockfile(stderr);
}
