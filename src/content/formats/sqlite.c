/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite databases: each value of all tables as a line `table.column=value`. What was deleted and
 * not yet overwritten, and a log beside it, are not looked into.
 */
#include "codec/sqlite_image.h"

#include "content/format.h"

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return str_has_prefix(head, str_make("SQLite format 3", 16));
}

static int tell_value(void *context, struct str table, struct str column, struct str value,
		      struct err *err)
{
	struct text_part *t = context;
	int r = text_part_add(t, table);

	(void)err; /* what it says is kept where its reader looks */
	r = r < 0 ? r : text_part_addc(t, '.');
	r = r < 0 ? r : text_part_add(t, column);
	r = r < 0 ? r : text_part_addc(t, '=');
	r = r < 0 ? r : text_part_add(t, value);
	return r < 0 ? r : text_part_addc(t, '\n');
}

static int read(struct source *s, struct str whole, struct err *err)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
	struct text_part t;
	int r = sqlite_image_open(whole, STR_NULL, &db, err), closed;

	if (r < 0)
		return r;
	r = text_part_open(&t, s, STR("values"), "SQLite");
	if (r == 0)
		r = sqlite_image_each_value(db, tell_value, &t, err);
	closed = text_part_close(&t, r == 0);
	return r < 0 ? r : closed;
}

const struct content_format content_format_sqlite = {
	.id = "SQLite",
	.memory = 2, /* and the copy that SQLite works on */
	.is = is,
	.read = read,
};
