/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"

#include <stdarg.h>

void strbuf_done(struct strbuf *sb)
{
	free(sb->p);
	*sb = (struct strbuf){.max = sb->max};
}

void strbuf_reset(struct strbuf *sb)
{
	sb->n = 0;
	sb->error = ERR_OK;
}

char *strbuf_reserve(struct strbuf *sb, size_t n)
{
	size_t need, cap;
	char *p;

	if (sb->error != ERR_OK)
		return NULL;
	if (__builtin_add_overflow(sb->n, n, &need) || need > sb->max) {
		sb->error = ERR_LIMIT;
		return NULL;
	}
	if (need < sb->cap)
		return sb->p + sb->n;
	cap = sb->cap ? sb->cap : 64;
	while (cap <= need)
		cap += cap / 2 + 64;
	p = realloc(sb->p, cap);
	if (!p) {
		sb->error = ERR_NOMEM;
		return NULL;
	}
	sb->p = p;
	sb->cap = cap;
	return p + sb->n;
}

void strbuf_commit(struct strbuf *sb, size_t n)
{
	sb->n += n;
	sb->p[sb->n] = '\0';
}

void strbuf_add_bytes(struct strbuf *sb, const void *p, size_t n)
{
	char *room = strbuf_reserve(sb, n);

	if (!room)
		return;
	if (n)
		memcpy(room, p, n);
	strbuf_commit(sb, n);
}

void strbuf_add(struct strbuf *sb, struct str s)
{
	strbuf_add_bytes(sb, s.p, s.n);
}

void strbuf_adds(struct strbuf *sb, const char *cstr)
{
	strbuf_add(sb, str_of(cstr));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add_bytes(sb, &c, 1);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap, again;
	char *room;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	room = n < 0 ? NULL : strbuf_reserve(sb, (size_t)n);
	if (room) {
		(void)vsnprintf(room, (size_t)n + 1, fmt, again); /* measured just above */
		strbuf_commit(sb, (size_t)n);
	}
	va_end(again);
}

int strbuf_check(const struct strbuf *sb, struct err *err)
{
	if (sb->error == ERR_OK)
		return 0;
	if (sb->error == ERR_NOMEM)
		return err_nomem(err);
	return err_set(err, sb->error, "text larger than its limit of %zu bytes", sb->max);
}

const char *strbuf_cstr(struct strbuf *sb)
{
	return sb->n ? sb->p : "";
}
