/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "scan/tar_scan.h"
#include "scan/watchers.h"

#define TAR_BYTES 16384

/* A watch that writes down all it is told. */
struct diary {
	struct strbuf text;
	size_t n_zeros; /* not written yet */
	int n_open;
};

static int diary_open(const void *shared, struct watch_host *host, void **ret, struct err *err)
{
	struct diary *d = *(struct diary *const *)shared;

	(void)err;
	(void)host;
	d->n_open++;
	*ret = d;
	return 0;
}

static int diary_file(void *watch, const struct tree_entry *e, uint32_t node, struct str path,
		      bool *ret_wanted, struct err *err)
{
	(void)watch;
	(void)e;
	(void)node;
	(void)err;
	*ret_wanted = !str_has_prefix(path, STR("unwanted"));
	return 0;
}

static int diary_begin(void *watch, const struct content_part *part, void **ret_cookie,
		       struct err *err)
{
	struct diary *d = watch;

	(void)err;
	strbuf_addf(&d->text, "[%.*s ", STR_FMT(part->path));
	*ret_cookie = d;
	return 0;
}

static void write_zeros(struct diary *d)
{
	if (d->n_zeros)
		strbuf_addf(&d->text, "<%zu>", d->n_zeros);
	d->n_zeros = 0;
}

static int diary_data(void *watch, void *cookie, struct str piece, struct err *err)
{
	struct diary *d = watch;

	(void)err;
	assert_ptr_equal(cookie, d);
	for (size_t i = 0; i < piece.n; i++) {
		if (piece.p[i] == 0) {
			d->n_zeros++;
			continue;
		}
		write_zeros(d);
		strbuf_addc(&d->text, piece.p[i]);
	}
	return 0;
}

static int diary_end(void *watch, void *cookie, bool is_whole, struct err *err)
{
	struct diary *d = cookie;

	(void)watch;
	(void)err;
	write_zeros(d);
	strbuf_adds(&d->text, is_whole ? "]" : "...");
	return 0;
}

static int diary_finish(void *watch, const struct tree *tree, struct err *err)
{
	struct diary *d = watch;

	(void)err;
	strbuf_addf(&d->text, " %u nodes", tree->n_nodes);
	return 0;
}

static void diary_close(void *watch)
{
	struct diary *d = watch;

	d->n_open--;
}

static const struct watch_type diary_type = {"diary",	   diary_open,	diary_file,
					     diary_begin,  diary_data,	diary_end,
					     diary_finish, diary_close, false};

struct piece {
	const char *bytes;
	uint64_t at;
};

/* An entry of GNU tar; with pieces one with holes. */
static size_t put(char *to, const char *path, const struct piece *pieces, size_t n, bool has_holes)
{
	size_t stored = 0, sum = 0, end = 0;

	memset(to, 0, 512);
	(void)snprintf(to, 100, "%s", path);
	(void)snprintf(to + 100, 8, "%07o", 0644u);
	memcpy(to + 257, "ustar  ", 8);
	to[156] = has_holes ? 'S' : '0';
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(pieces[i].bytes);

		memcpy(to + 512 + stored, pieces[i].bytes, length);
		stored += length;
		end = pieces[i].at + length;
		if (has_holes)
			(void)snprintf(to + 386 + i * 24, 25, "%011o%c%011o",
				       (unsigned)pieces[i].at, 0, (unsigned)length);
	}
	(void)snprintf(to + 124, 12, "%011o", (unsigned)stored);
	if (has_holes)
		(void)snprintf(to + 483, 12, "%011o", (unsigned)end);
	memset(to + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)to[i];
	(void)snprintf(to + 148, 8, "%06o", (unsigned)sum);
	return 512 + (stored + 511) / 512 * 512;
}

static int give(void *context, struct str *ret, struct err *err)
{
	struct str *left = context;

	(void)err;
	*ret = str_sub(*left, 0, 700);
	*left = str_skip(*left, ret->n);
	return ret->n > 0;
}

/* Whether the archive is whole; the diary's text is the caller's. */
static bool scan(struct diary *d, struct str tar, struct strbuf *record)
{
	const struct scan_watch watch = {&diary_type, &d, 1};
	struct layer_facts facts = {0};
	struct analysis *a;
	struct path_index *index;
	bool complete;

	d->text = (struct strbuf)STRBUF_INIT(1 << 16);
	assert_int_equal(path_index_new(&index, NULL), 0);
	assert_int_equal(analysis_new(&(struct scan_plan){index, &watch, 1}, record, &a, NULL), 0);
	assert_int_equal(tar_scan(give, &tar, a, &complete, NULL), 0);
	assert_int_equal(analysis_finish(a, &facts, NULL), 0);
	analysis_free(a);
	path_index_free(index);
	assert_int_equal(d->n_open, 0);
	return complete;
}

static size_t make_tar(char *bytes)
{
	static const struct piece os[] = {{"ID=debian\n", 0}};
	static const struct piece sparse[] = {{"begin", 0}, {"end", 100}};
	static const struct piece far[] = {{"x", 0}, {"y", 200000000}};
	size_t n = put(bytes, "etc/os-release", os, 1, false);

	n += put(bytes + n, "unwanted", os, 1, false);
	n += put(bytes + n, "empty", NULL, 0, false);
	n += put(bytes + n, "sparse", sparse, 2, true);
	n += put(bytes + n, "far", far, 2, true);
	return n + 1024;
}

TEST(watches_see_the_content_of_files_beside_what_is_captured_of_them)
{
	CLEANUP(strbuf_done) struct strbuf record = STRBUF_INIT(1 << 20);
	CLEANUP(freep) char *bytes = calloc(1, TAR_BYTES);
	struct diary d = {0};
	struct layer_record read;
	struct record_item item;
	struct arena arena;

	assert_true(scan(&d, str_make(bytes, make_tar(bytes)), &record));
	assert_str(strbuf_str(&d.text), "[etc/os-release ID=debian\n][empty ][sparse begin<95>end]"
					"[far x<67108864>y] 7 nodes");
	arena_init(&arena, 1 << 16);
	assert_int_equal(layer_record_read(strbuf_str(&record), &read, NULL), 0);
	assert_true(record_next_of(&read.items, &arena, RECORD_KEPT, &item));
	assert_str(item.bytes, "ID=debian\n");
	arena_done(&arena);
	strbuf_done(&d.text);
}

TEST(a_file_that_breaks_off_is_told_to_be_so)
{
	CLEANUP(strbuf_done) struct strbuf record = STRBUF_INIT(1 << 20);
	CLEANUP(freep) char *bytes = calloc(1, TAR_BYTES);
	struct diary d = {0};

	(void)make_tar(bytes);
	assert_false(scan(&d, str_make(bytes, 512 + 4), &record));
	assert_str(strbuf_str(&d.text), "[etc/os-release ID=d... 3 nodes");
	strbuf_done(&d.text);
}

TEST(records_of_other_watches_or_other_rules_are_others)
{
	static const struct watch_type other = {.name = "other"};
	const struct scan_watch of[] = {
		{&diary_type, NULL, 1}, {&diary_type, NULL, 2}, {&other, NULL, 1}};
	uint64_t recipes[ARRAY_LEN(of)];

	assert_int_equal(scan_plan_recipe(&(struct scan_plan){0}), 0);
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		recipes[i] = scan_plan_recipe(&(struct scan_plan){NULL, &of[i], 1});
		assert_int_not_equal(recipes[i], 0);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(recipes[i], recipes[k]);
	}
	assert_int_not_equal(scan_plan_recipe(&(struct scan_plan){NULL, of, 2}), recipes[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(watches_see_the_content_of_files_beside_what_is_captured_of_them),
		RUN(a_file_that_breaks_off_is_told_to_be_so),
		RUN(records_of_other_watches_or_other_rules_are_others),
	};

	return RUN_ALL(tests);
}
