/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "codec/checksum.h"
#include "scan/layer_record.h"

#define CHECKSUM_AT 16
#define CHECKED_AT  24

static const struct str files[] = {STR("usr/bin/keel"), STR("")};
static const struct str licenses[] = {STR("MIT")};
static const struct package package = {
	.type = STR("deb"),
	.name = STR("keel"),
	.version = STR("1.0-1"),
	.arch = STR("amd64"),
	.licenses = {licenses, 1},
	.files = {files, 2},
};

/* A record with an item of every kind that has fields of its own. */
static void make(struct strbuf *sb)
{
	struct layer_facts facts = {.blob_bytes = 7, .tar_bytes = 9, .is_complete = 1};
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct tree_entry e = {.path = STR("var/lib/dpkg/status"), .type = NODE_FILE, .size = 5};
	struct err problem = {ERR_FORMAT, "line 3: no name"};
	uint32_t node;
	size_t at;

	assert_int_equal(tree_builder_new(&b, NULL), 0);
	assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
	record_begin(sb);
	at = sb->n;
	record_add_db(sb, STR("dpkg"), e.path, true);
	record_add_package(sb, RECORD_PACKAGE, &package);
	record_add_package(sb, RECORD_FRAGMENT, &package);
	record_add_problem(sb, STR("dpkg"), e.path, &problem);
	record_mark_partial(sb, at);
	record_add_file(sb, node,
			&(struct tree_entry){.uid = 7, .gid = 8, .capabilities = STR("\x01\x02")},
			STR("credentials"));
	record_add_kept(sb, STR("etc/os-release"), STR("ID=a\n"));
	record_add_language(sb, STR("npm"), (const uint32_t[]){3, 1}, 2);
	record_add_secret(sb, node,
			  &(struct record_secret){.rule = STR("github-pat"),
						  .inner = STR("!/a"),
						  .redacted = STR("ghp_****"),
						  .fingerprint = STR("0123456789abcdef"),
						  .key = STR("TOKEN"),
						  .line = 1,
						  .column = 2,
						  .offset = 3,
						  .n_places = 4,
						  .permille = 900});
	record_add_watched(sb, STR("secrets"), 1ull << 40, true);
	assert_int_equal(record_end(sb, &facts, b, NULL), 0);
}

TEST(what_was_added_comes_back)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	struct layer_record rec;
	struct record_item item;
	struct arena arena;

	make(&sb);
	arena_init(&arena, 1 << 20);
	assert_int_equal(layer_record_read(strbuf_str(&sb), &rec, NULL), 0);
	assert_int_equal(rec.facts.blob_bytes, 7);
	assert_true(rec.facts.is_complete);
	assert_int_not_equal(tree_child(&rec.tree, TREE_ROOT, STR("var")), TREE_NONE);
	assert_true(record_next(&rec.items, &arena, &item));
	assert_true(item.kind == RECORD_DB && !item.is_whole);
	assert_str(item.path, "var/lib/dpkg/status");
	for (int i = 0; i < 2; i++) {
		assert_true(record_next(&rec.items, &arena, &item));
		assert_int_equal(item.kind, i ? RECORD_FRAGMENT : RECORD_PACKAGE);
		assert_str(item.package.version, "1.0-1");
		assert_str(item.package.licenses.p[0], "MIT");
		assert_int_equal(item.package.files.n, 2);
		assert_str(item.package.files.p[1], "");
	}
	assert_true(record_next(&rec.items, &arena, &item));
	assert_int_equal(item.error.code, ERR_FORMAT);
	assert_string_equal(item.error.msg, "line 3: no name");
	assert_true(record_next(&rec.items, &arena, &item));
	assert_true(item.kind == RECORD_FILE && item.uid == 7 && item.gid == 8);
	assert_str(tree_name(&rec.tree, item.node), "status");
	assert_str(item.mark, "credentials");
	assert_str(item.bytes, "\x01\x02");
	assert_true(record_next(&rec.items, &arena, &item));
	assert_str(item.bytes, "ID=a\n");
	assert_true(record_next(&rec.items, &arena, &item));
	assert_str(item.parser, "npm");
	assert_int_equal(record_language_node(&item, 0), 3);
	assert_int_equal(record_language_node(&item, 1), 1);
	assert_int_equal(record_language_node(&item, 2), TREE_NONE);
	assert_true(record_next(&rec.items, &arena, &item));
	assert_int_equal(item.kind, RECORD_SECRET);
	assert_str(tree_name(&rec.tree, item.node), "status");
	assert_str(item.secret.rule, "github-pat");
	assert_str(item.secret.inner, "!/a");
	assert_str(item.secret.redacted, "ghp_****");
	assert_str(item.secret.fingerprint, "0123456789abcdef");
	assert_str(item.secret.key, "TOKEN");
	assert_true(item.secret.line == 1 && item.secret.column == 2 && item.secret.offset == 3);
	assert_true(item.secret.n_places == 4 && item.secret.permille == 900);
	assert_true(record_next(&rec.items, &arena, &item));
	assert_true(item.kind == RECORD_WATCHED && item.is_whole && item.n_parts == 1ull << 40);
	assert_str(item.parser, "secrets");
	assert_false(record_next(&rec.items, &arena, &item));
	assert_true(rec.items.n < 8);
	arena_done(&arena);
}

/* Reads all there is; a record that is refused is fine, one that strays is not. */
static bool read_all(struct str bytes, struct err *err)
{
	struct layer_record rec;
	struct record_item item;
	struct arena arena;

	*err = (struct err){0};
	if (layer_record_read(bytes, &rec, err) < 0)
		return false;
	arena_init(&arena, 1 << 20);
	while (record_next(&rec.items, &arena, &item))
		;
	for (uint32_t i = 0; i < rec.tree.n_nodes; i++) {
		CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);

		tree_path(&rec.tree, i, &path);
		(void)tree_child(&rec.tree, i, STR("x")); /* must not stray */
	}
	arena_done(&arena);
	return true;
}

TEST(any_changed_byte_is_refused)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	static const unsigned char changes[] = {0xff, 0x01, 0x80, 0x20};
	struct err err;

	make(&sb);
	assert_true(read_all(strbuf_str(&sb), &err));
	for (size_t i = 0; i < sb.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(changes); k++) {
			sb.p[i] = (char)(sb.p[i] ^ (char)changes[k]);
			if (read_all(strbuf_str(&sb), &err))
				fail_msg("byte %zu changed was not noticed", i);
			assert_int_equal(err.code, ERR_FORMAT);
			sb.p[i] = (char)(sb.p[i] ^ (char)changes[k]);
		}
}

TEST(a_changed_byte_with_a_right_checksum_does_not_lead_astray)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	size_t n_taken = 0;
	struct err err;

	make(&sb);
	for (size_t i = CHECKED_AT; i < sb.n; i++)
		for (int change = 1; change < 256; change += 23) {
			uint64_t sum;

			sb.p[i] = (char)(sb.p[i] ^ change);
			sum = checksum_of(str_skip(strbuf_str(&sb), CHECKED_AT));
			memcpy(sb.p + CHECKSUM_AT, &sum, sizeof sum);
			n_taken += read_all(strbuf_str(&sb), &err);
			sb.p[i] = (char)(sb.p[i] ^ change);
		}
	assert_true(n_taken > 1000);
}

static const struct {
	size_t at;
	const char *says;
} broken[] = {
	{0, "not a layer record"},
	{8, "another build"},
	{CHECKSUM_AT, "checksum"},
	{40, "checksum"},
};

TEST(a_refusal_says_why)
{
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
		struct err err;

		make(&sb);
		sb.p[broken[i].at] ^= 1;
		assert_false(read_all(strbuf_str(&sb), &err));
		assert_has(err.msg, broken[i].says);
	}
}

TEST(a_record_cut_anywhere_is_refused)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	struct err err;

	make(&sb);
	for (size_t n = 0; n < sb.n; n++)
		assert_false(read_all(str_sub(strbuf_str(&sb), 0, n), &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_was_added_comes_back), RUN(any_changed_byte_is_refused),
		RUN(a_changed_byte_with_a_right_checksum_does_not_lead_astray),
		RUN(a_refusal_says_why), RUN(a_record_cut_anywhere_is_refused)};

	return RUN_ALL(tests);
}
