/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/metadata.h"
#include "base/limits.h"
#include "tests/unit/test.h"
#include "trust/dct/change.h"
#include "trust/dct/name.h"
#include "trust/dct/server.h"

#define KEY "{\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,\"public\":\"AAAA\"}}"

TEST(names_are_harmless_in_paths_and_addresses)
{
	static const struct {
		const char *gun;
		bool ok;
	} rows[] = {
		{"docker.io/library/alpine", true},
		{"example.com:5000/team/app", true},
		{"app", true},
		{"", false},
		{"/a", false},
		{"a/", false},
		{"a//b", false},
		{"a/../b", false},
		{"a/.", false},
		{"..", false},
		{"a b", false},
		{"a?b", false},
		{"a@sha256", false},
		{"a\nb", false},
		{"a%2e", false},
	};
	static const struct {
		const char *role;
		bool ok;
	} roles[] = {
		{"targets/releases", true}, {"targets/a/b", true}, {"targets", false},
		{"targets/", false},	    {"targets/..", false}, {"targets/A", false},
		{"targets/a//b", false},    {"releases", false},   {"targets/a b", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((dct_gun_check(str_of(rows[i].gun), NULL) == 0) != rows[i].ok)
			fail_msg("%s", rows[i].gun);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (dct_role_is_delegation(str_of(roles[i].role)) != roles[i].ok)
			fail_msg("%s", roles[i].role);
	assert_str(dct_role_parent(STR("targets/a/b")), "targets/a");
}

static int read_targets(const char *text, struct arena *a, struct dct_targets *t, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;

	assert_int_equal(json_parse(str_of(text), &doc, NULL), 0);
	return dct_targets_read(doc, STR("targets"), a, t, err);
}

TEST(targets_come_out_as_they_went_in)
{
	static const char text[] =
		"{\"_type\":\"Targets\",\"delegations\":{\"keys\":{},\"roles\":[]},"
		"\"expires\":\"2027-01-15T08:00:00Z\",\"targets\":{\"1.0\":{"
		"\"custom\":{\"a\":[1,true,null,\"x\"]},\"hashes\":{\"sha256\":\"AAAA\"},"
		"\"length\":528}},\"version\":7}";
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_targets t;
	struct arena a;

	arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
	assert_int_equal(read_targets(text, &a, &t, NULL), 0);
	assert_int_equal(t.version, 7);
	assert_int_equal(dct_targets_write(&t, 1800000000, &out, NULL), 0);
	assert_str(strbuf_str(&out), text);
	dct_targets_done(&t);
	arena_done(&a);
}

TEST(names_with_control_bytes_stay_json)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct dct_target target = {
		.name = STR("a\nb"), .hashes = {{STR("sha256"), STR("AA")}}, .n_hashes = 1};
	struct dct_targets t;

	dct_targets_init(&t, STR("targets"));
	assert_int_equal(dct_targets_put(&t, &target, NULL), 0);
	assert_int_equal(dct_targets_write(&t, 0, &out, NULL), 0);
	assert_int_equal(json_parse(strbuf_str(&out), &doc, NULL), 0);
	assert_int_equal(json_kind_of(json_get(json_get(doc, "targets"), "a\nb")), JSON_KIND_MAP);
	dct_targets_done(&t);
}

TEST(bad_targets_say_why)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"{\"_type\":\"Root\",\"version\":1}", "_type is not \"Targets\""},
		{"{\"_type\":\"Targets\"}", "version is no number"},
		{"{\"_type\":\"Targets\",\"version\":-1}", "version is no number"},
		{"{\"_type\":\"Targets\",\"version\":1,\"targets\":{\"t\":{\"hashes\":{}}}}",
		 "t: length is no number"},
		{"{\"_type\":\"Targets\",\"version\":1,\"targets\":{\"t\":{\"length\":1}}}",
		 "t: no hashes"},
		{"{\"_type\":\"Targets\",\"version\":1,\"delegations\":{\"keys\":{\"ab\":" KEY
		 "}}}",
		 "the key ab is not the one it is called"},
		{"{\"_type\":\"Targets\",\"version\":1,\"delegations\":{\"keys\":{},\"roles\":[{"
		 "\"name\":\"targets/a/b\",\"keyids\":[],\"threshold\":1}]}}",
		 "targets cannot delegate to \"targets/a/b\""},
		{"{\"_type\":\"Targets\",\"version\":1,\"delegations\":{\"roles\":[{"
		 "\"name\":\"targets/a\",\"keyids\":[],\"threshold\":0}]}}",
		 "threshold is no positive number"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dct_targets t;
		struct err err = {0};
		struct arena a;
		int r;

		arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
		r = read_targets(rows[i].text, &a, &t, &err);
		if (r != -ERR_FORMAT || !strstr(err.msg, rows[i].why))
			fail_msg("row %zu: %d %s", i, r, err.msg);
		arena_done(&a);
	}
}

TEST(a_key_is_called_by_its_canonical_form)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct dct_key key;
	struct arena a;

	arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
	/* the order of members, and others of them, mean nothing */
	assert_int_equal(
		json_parse(STR("{\"x\":1,\"keyval\":{\"public\":\"AAAA\",\"private\":null},"
			       "\"keytype\":\"ed25519\"}"),
			   &doc, NULL),
		0);
	assert_int_equal(dct_key_read(doc, &a, &key, NULL), 0);
	{
		struct digest_value v;
		char text[DIGEST_TEXT_MAX];

		assert_int_equal(digest_of(STR(KEY), &v, NULL), 0);
		assert_string_equal(digest_format(&v, text).p + 7, key.id.p);
	}
	arena_done(&a);
}

TEST(the_snapshot_hashes_files)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_snapshot s;
	struct arena a;

	arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
	dct_snapshot_init(&s);
	s.version = 2;
	assert_int_equal(dct_snapshot_put(&s, STR("root"), STR("old"), &a, NULL), 0);
	assert_int_equal(dct_snapshot_put(&s, STR("root"), STR(""), &a, NULL), 0);
	assert_int_equal(dct_snapshot_put(&s, STR("targets/a"), STR(""), &a, NULL), 0);
	dct_snapshot_drop(&s, STR("targets/a"));
	assert_int_equal(dct_snapshot_write(&s, 1800000000, &out, NULL), 0);
	assert_str(
		strbuf_str(&out),
		"{\"_type\":\"Snapshot\",\"expires\":\"2027-01-15T08:00:00Z\",\"meta\":{\"root\":"
		"{\"hashes\":{\"sha256\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\","
		"\"sha512\":\"z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7"
		"kxvUdBeoGlODJ6+SfaPg==\"},\"length\":0}},\"version\":2}");
	dct_snapshot_done(&s);
	arena_done(&a);
}

/* --- changes --- */

TEST(changes_of_docker_are_read)
{
	static const char text[] =
		"{\"action\":\"create\",\"role\":\"targets\",\"type\":\"target\",\"path\":\"1.0\","
		"\"data\":"
		"\"eyJsZW5ndGgiOjE2MSwiaGFzaGVzIjp7InNoYTI1NiI6IjQ3REVRcGo4SEJTYSsvVEltVys1SkNl"
		"dVFlUmttNU5NcEpXWkczaFN1RlU9In19\"}";
	struct dct_change c;
	struct arena a;

	arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
	assert_int_equal(dct_change_read(str_of(text), &a, &c, NULL), 0);
	assert_int_equal(c.target.length, 161);
	assert_str(dct_change_text(&c, &a),
		   "add 1.0 to targets (sha256:e3b0c44298fc1c149afbf4c8996f"
		   "b92427ae41e4649b934ca495991b7852b855)");
	arena_done(&a);
}

TEST(changes_come_out_as_they_went_in)
{
	struct dct_key key = {.type = STR("ecdsa"), .public = STR("AAAA")};
	const struct str ids[] = {STR("ab")}, paths[] = {STR("")};
	struct arena a;

	arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
	assert_int_equal(dct_key_name(&key, &a, NULL), 0);
	{
		const struct dct_change rows[] = {
			{.action = DCT_DELETE,
			 .type = DCT_CHANGE_TARGET,
			 .role = STR("targets"),
			 .path = STR("x")},
			{.action = DCT_UPDATE,
			 .type = DCT_CHANGE_DELEGATION,
			 .role = STR("targets/a"),
			 .threshold = 2,
			 .keys = {&key, 1},
			 .remove_keys = {ids, 1},
			 .add_paths = {paths, 1},
			 .remove_paths = {ids, 1},
			 .clear_paths = true},
			{.action = DCT_CREATE,
			 .type = DCT_CHANGE_ROLE,
			 .role = STR("root"),
			 .path = STR("targets"),
			 .keys = {&key, 1}},
			{.action = DCT_UPDATE, .type = DCT_CHANGE_WITNESS, .role = STR("targets")},
		};

		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT(65536);
			CLEANUP(strbuf_done) struct strbuf two = STRBUF_INIT(65536);
			struct dct_change c;

			assert_int_equal(dct_change_write(&rows[i], &one, NULL), 0);
			assert_int_equal(dct_change_read(strbuf_str(&one), &a, &c, NULL), 0);
			assert_int_equal(dct_change_write(&c, &two, NULL), 0);
			assert_int_equal(c.keys.n, rows[i].keys.n);
			assert_int_equal(c.clear_paths, rows[i].clear_paths);
			if (i != 3) /* a threshold is read where none is written */
				assert_str(strbuf_str(&two), strbuf_cstr(&one));
		}
	}
	arena_done(&a);
}

TEST(bad_changes_are_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"{", "change to publish: line 1"},
		{"{\"action\":\"burn\",\"type\":\"target\"}", "an unknown action or type"},
		{"{\"action\":\"create\",\"type\":\"target\",\"role\":\"root\",\"path\":\"x\"}",
		 "the role \"root\" cannot be changed that way"},
		{"{\"action\":\"create\",\"type\":\"target\",\"role\":\"targets\"}",
		 "cannot be changed that way"},
		{"{\"action\":\"create\",\"type\":\"delegation\",\"role\":\"targets\"}",
		 "cannot be changed that way"},
		{"{\"action\":\"delete\",\"type\":\"role\",\"role\":\"root\"}",
		 "cannot be changed that way"},
		{"{\"action\":\"create\",\"type\":\"role\",\"role\":\"root\",\"data\":\"e30=\"}",
		 "keys of an unknown role"},
		{"{\"action\":\"create\",\"type\":\"target\",\"role\":\"targets\",\"path\":\"x\","
		 "\"data\":\"!\"}",
		 "change to publish: "},
		{"{\"action\":\"create\",\"type\":\"target\",\"role\":\"targets\",\"path\":\"x\"}",
		 "length is no number"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dct_change c;
		struct err err = {0};
		struct arena a;
		int r;

		arena_init(&a, LIMIT_TRUST_ARENA_BYTES);
		r = dct_change_read(str_of(rows[i].text), &a, &c, &err);
		if (r != -ERR_FORMAT || !strstr(err.msg, rows[i].why))
			fail_msg("row %zu: %d %s", i, r, err.msg);
		arena_done(&a);
	}
}

/* --- the server --- */

TEST(refusals_are_one_line)
{
	static const struct {
		const char *body, *want;
		bool conflict;
	} rows[] = {
		{"{\"errors\":[{\"code\":\"VERSION\",\"message\":\"A newer one.\",\"detail\":{}}]}",
		 "A newer one.", true},
		{"{\"errors\":[{\"code\":\"INVALID_UPDATE\",\"message\":\"No.\",\"detail\":{"
		 "\"Error\":"
		 "{\"Msg\":\"bad\\nroot\"},\"Name\":\"ErrBadRoot\"}}]}",
		 "No.: bad root", false},
		{"<html>", "", false},
		{"{\"errors\":[]}", "", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1024);
		bool conflict = !rows[i].conflict;

		notary_server_refusal(str_of(rows[i].body), &out, &conflict);
		assert_string_equal(strbuf_cstr(&out), rows[i].want);
		assert_int_equal(conflict, rows[i].conflict);
	}
}

TEST(a_server_is_reached_over_tls)
{
	struct notary_server *s = NULL;
	struct err err = {0};
	struct notary_server_options o = {.url = "http://notary.example.com", .gun = STR("a/b")};

	assert_int_equal(notary_server_new(&o, &s, &err), -ERR_USAGE);
	assert_has(err.msg, "starts with https://");
	o.url = NULL;
	o.gun = STR("docker.io/library/alpine");
	assert_int_equal(notary_server_new(&o, &s, &err), 0);
	assert_str(notary_server_url(s), "https://notary.docker.io");
	notary_server_freep(&s);
	o.gun = STR("example.com:5000/team/app");
	assert_int_equal(notary_server_new(&o, &s, &err), 0);
	assert_str(notary_server_url(s), "https://example.com:5000");
	notary_server_freep(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_are_harmless_in_paths_and_addresses),
		RUN(targets_come_out_as_they_went_in),
		RUN(names_with_control_bytes_stay_json),
		RUN(bad_targets_say_why),
		RUN(a_key_is_called_by_its_canonical_form),
		RUN(the_snapshot_hashes_files),
		RUN(changes_of_docker_are_read),
		RUN(changes_come_out_as_they_went_in),
		RUN(bad_changes_are_refused),
		RUN(refusals_are_one_line),
		RUN(a_server_is_reached_over_tls),
	};

	return RUN_ALL(tests);
}
