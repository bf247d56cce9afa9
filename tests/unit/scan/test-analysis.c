/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "inventory/language.h"
#include "scan/analysis.h"

struct scanned {
	struct path_index *index;
	struct strbuf bytes;
	struct analysis *a;
	struct layer_record record;
	struct arena arena;
};

static void begin(struct scanned *s)
{
	*s = (struct scanned){.bytes = STRBUF_INIT(1 << 24)};
	arena_init(&s->arena, 1 << 20);
	assert_int_equal(path_index_new(&s->index, NULL), 0);
	assert_int_equal(
		analysis_new(&(struct scan_plan){.index = s->index}, &s->bytes, &s->a, NULL), 0);
}

/* The capture of the entry, or NULL. */
static struct capture *add(struct scanned *s, const char *path, uint64_t size)
{
	struct tree_entry e = {.path = str_of(path), .type = NODE_FILE, .size = size, .mode = 0755};
	struct capture *c;

	assert_int_equal(analysis_entry(s->a, &e, &c, NULL), 0);
	return c;
}

static void finish(struct scanned *s)
{
	struct layer_facts facts = {.is_complete = 1};

	assert_int_equal(analysis_finish(s->a, &facts, NULL), 0);
	assert_int_equal(layer_record_read(strbuf_str(&s->bytes), &s->record, NULL), 0);
}

static bool next_of(struct scanned *s, enum record_kind kind, struct record_item *ret)
{
	return record_next_of(&s->record.items, &s->arena, kind, ret);
}

static void end(struct scanned *s)
{
	analysis_free(s->a);
	path_index_free(s->index);
	strbuf_done(&s->bytes);
	arena_done(&s->arena);
}

TEST(an_executable_without_bytes_is_not_what_the_one_before_was)
{
	static const char note[] = {4, 0, 0, 0, 'G', 'o', 0, 0};
	char head[LANGUAGE_HEAD_BYTES] = "\x7f"
					 "ELF";
	struct record_item item;
	struct scanned s;
	struct capture *c;

	begin(&s);
	memcpy(head + 100, note, sizeof note);
	c = add(&s, "bin/go", 5000);
	assert_non_null(c);
	(void)analysis_capture_data(c, str_make(head, sizeof head), 0); /* that is enough */
	assert_non_null(add(&s, "bin/holes", 5000));
	finish(&s);
	assert_true(next_of(&s, RECORD_LANGUAGE, &item));
	assert_str(item.parser, "Go");
	assert_str(tree_name(&s.record.tree, record_language_node(&item, 0)), "go");
	assert_int_equal(record_language_node(&item, 1), TREE_NONE);
	end(&s);
}

static void add_mode(struct scanned *s, const char *path, enum node_type type, uint32_t mode)
{
	struct tree_entry e = {.path = str_of(path), .type = type, .mode = mode};
	struct capture *c;

	assert_int_equal(analysis_entry(s->a, &e, &c, NULL), 0);
}

static const struct {
	const char *path;
	enum node_type type;
	uint32_t mode;
	bool noted;
} modes[] = {
	{"opt/a", NODE_FILE, 04755, true},
	{"opt/b", NODE_FILE, 02755, true},
	{"opt/c", NODE_FILE, 04644, false},
	{"opt/d", NODE_FILE, 02745, false},
	{"opt/e", NODE_DIR, 02775, false},
	{"opt/f", NODE_FILE, 0777, false},
	{"etc/g", NODE_FILE, 0666, true},
	{"etc/h", NODE_DIR, 01777, false},
	{"etc/i", NODE_DIR, 0777, true},
	{"etc/j", NODE_SYMLINK, 0777, false},
	{"usr/local/bin/k", NODE_FILE, 0757, true},
	{"tmp/l", NODE_DIR, 0777, false},
	{"root/.ssh/id_rsa", NODE_FILE, 0600, true},
	{"root/.ssh/id_rsa.pub", NODE_FILE, 0644, false},
	{"root/.netrc", NODE_SYMLINK, 0777, false},
};

TEST(files_that_stand_out_are_noted_and_no_others)
{
	struct record_item item;
	struct scanned s;

	begin(&s);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		add_mode(&s, modes[i].path, modes[i].type, modes[i].mode);
	finish(&s);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(4096);

		if (!modes[i].noted)
			continue;
		assert_true(next_of(&s, RECORD_FILE, &item));
		tree_path(&s.record.tree, item.node, &path);
		assert_str(strbuf_str(&path), modes[i].path);
	}
	assert_false(next_of(&s, RECORD_FILE, &item));
	end(&s);
}

TEST(more_files_that_stand_out_than_there_may_be_are_told)
{
	struct record_item item;
	struct scanned s;
	char path[32];
	size_t n = 0;

	begin(&s);
	s.bytes.max = 1 << 26;
	for (int i = 0; i < LIMIT_MARKED_FILES + 2; i++) {
		(void)snprintf(path, sizeof path, "opt/%d", i);
		add_mode(&s, path, NODE_FILE, 04755);
	}
	finish(&s);
	while (next_of(&s, RECORD_FILE, &item))
		n++;
	assert_int_equal(n, LIMIT_MARKED_FILES);
	assert_int_equal(layer_record_read(strbuf_str(&s.bytes), &s.record, NULL), 0);
	assert_int_equal(s.record.facts.n_left_out, 1);
	assert_true(next_of(&s, RECORD_PROBLEM, &item));
	assert_has(item.error.msg, "more than marked_files (65536) files that rules look at");
	end(&s);
}

TEST(a_database_that_is_too_large_is_a_database_not_read)
{
	struct record_item item;
	struct scanned s;

	begin(&s);
	assert_null(add(&s, "var/lib/dpkg/status", (uint64_t)LIMIT_PKGDB_BYTES + 1));
	finish(&s);
	assert_true(next_of(&s, RECORD_PROBLEM, &item));
	assert_has(item.error.msg, "more than the");
	assert_true(next_of(&s, RECORD_DB, &item));
	assert_str(item.parser, "dpkg");
	assert_str(item.path, "var/lib/dpkg/status");
	assert_false(item.is_whole);
	assert_str(tree_name(&s.record.tree, item.node), "status");
	end(&s);
}

TEST(entries_that_are_left_out_are_counted)
{
	struct record_item item;
	struct scanned s;

	begin(&s);
	assert_null(add(&s, "a/.wh.", 0));
	assert_null(add(&s, "a/b", 0));
	finish(&s);
	assert_int_equal(s.record.facts.n_left_out, 1);
	assert_true(next_of(&s, RECORD_PROBLEM, &item));
	assert_has(item.error.msg, "whiteout of nothing");
	end(&s);
}

TEST(directories_that_only_files_imply_are_looked_at_wherever_they_stand)
{
	static const char *const kegs[] = {"opt/Caskroom/x/1.0", "opt/Caskroom/x/2.0",
					   "opt/more/Caskroom/y/3"};
	struct record_item item;
	struct scanned s;
	char path[64];

	begin(&s);
	for (size_t i = 0; i < ARRAY_LEN(kegs); i++) {
		(void)snprintf(path, sizeof path, "%s/deeper/file", kegs[i]);
		(void)add(&s, path, 0); /* nothing is wanted of it */
	}
	finish(&s);
	for (size_t i = 0; i < ARRAY_LEN(kegs); i++) {
		assert_true(next_of(&s, RECORD_DB, &item));
		assert_str(item.parser, "homebrew_cask");
		assert_str(item.path, kegs[i]);
	}
	assert_false(next_of(&s, RECORD_DB, &item));
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_that_stand_out_are_noted_and_no_others),
		RUN(more_files_that_stand_out_than_there_may_be_are_told),
		RUN(an_executable_without_bytes_is_not_what_the_one_before_was),
		RUN(a_database_that_is_too_large_is_a_database_not_read),
		RUN(entries_that_are_left_out_are_counted),
		RUN(directories_that_only_files_imply_are_looked_at_wherever_they_stand),
	};

	return RUN_ALL(tests);
}
