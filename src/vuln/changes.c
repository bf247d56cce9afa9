/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/changes.h"

#include "base/limits.h"
#include "base/lines.h"

#define LINE_BYTES 4096

void changes_init(struct changes *c)
{
	*c = (struct changes){.records = VEC_INIT(struct change, LIMIT_FEED_DELTA_DOCUMENTS)};
	arena_init(&c->arena, LIMIT_ARENA_BYTES);
}

void changes_done(struct changes *c)
{
	vec_done(&c->records);
	arena_done(&c->arena);
}

/* 1: go on; 0: the end of what is wanted. */
static int add_line(struct changes *c, const struct change *change, struct str since, size_t max,
		    struct err *err)
{
	struct change *kept;

	if (!c->newest.n)
		c->newest = arena_str(&c->arena, change->time);
	c->complete = since.n && str_cmp(change->time, since) <= 0;
	if (!since.n || c->complete || c->records.n >= max)
		return arena_check(&c->arena, err);
	kept = vec_push(&c->records);
	if (!kept)
		return err_nomem(err);
	kept->name = arena_str(&c->arena, change->name);
	kept->time = arena_str(&c->arena, change->time);
	return arena_check(&c->arena, err) < 0 ? -ERR_NOMEM : 1;
}

int changes_read(struct changes *c, int fd, struct str since, size_t max, changes_parser *parse,
		 struct err *err)
{
	CLEANUP(lines_done) struct lines in = LINES_INIT(fd, LINE_BYTES);
	struct str line;
	int r, more = 1;

	while (more > 0 && (r = lines_next(&in, &line, err)) != 0) {
		struct change change;

		if (r < 0)
			return r;
		if (!parse(line, &change))
			return err_set(err, ERR_FORMAT, "line %zu is no record and its time",
				       in.number);
		more = add_line(c, &change, since, max, err);
	}
	c->complete = c->complete || more > 0;
	return more < 0 ? more : 0;
}

struct str changes_reached(const struct changes *c, size_t i)
{
	const struct change *this = vec_at(&c->records, i), *newer = i ? this - 1 : NULL;

	return newer && str_eq(newer->time, this->time) ? STR_NULL : this->time;
}
