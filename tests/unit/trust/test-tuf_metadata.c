/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_metadata.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

#define SIGNATURES "{\"signatures\":[{\"keyid\":\"k\",\"sig\":\"00ff\"}],\"signed\":{"
#define COMMON	   "\"version\":3,\"expires\":\"2030-01-01T00:00:00Z\","
#define MODERN	   "\"spec_version\":\"1.0.31\"," COMMON
#define HEX32	   "00000000000000000000000000000000000000000000000000000000000000ff"
#define BASE32	   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8="
#define KEY	   "{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"ab\"}}"
#define ROLE	   "{\"keyids\":[\"k\"],\"threshold\":1}"
#define ROLES	   "\"root\":" ROLE ",\"timestamp\":" ROLE ",\"snapshot\":" ROLE ",\"targets\":" ROLE

static const char modern_root[] =
	SIGNATURES "\"_type\":\"root\"," MODERN "\"consistent_snapshot\":true,\"keys\":{\"k\":" KEY
		   "},\"roles\":{" ROLES "}}}";
static const char modern_timestamp[] =
	SIGNATURES "\"_type\":\"timestamp\"," MODERN "\"meta\":{\"snapshot.json\":{\"version\":4,"
		   "\"length\":7,\"hashes\":{\"sha256\":\"" HEX32 "\"}}}}}";
static const char modern_snapshot[] =
	SIGNATURES "\"_type\":\"snapshot\"," MODERN
		   "\"meta\":{\"targets.json\":{\"version\":5},\"a/b.json\":{\"version\":1}}}}";
static const char modern_targets[] = SIGNATURES
	"\"_type\":\"targets\"," MODERN
	"\"targets\":{\"a.txt\":{\"length\":1,\"hashes\":{\"new\":\"x\",\"sha256\":\"" HEX32
	"\"},\"custom\":{\"b\":1,\"a\":\"\\n\"}}},\"delegations\":{\"keys\":{\"k\":" KEY
	"},\"roles\":[{\"name\":\"x\",\"keyids\":[\"k\"],\"threshold\":1,\"terminating\":true,"
	"\"paths\":[\"*\"]}]}}}";
static const char modern_bins[] = SIGNATURES
	"\"_type\":\"targets\"," MODERN
	"\"targets\":{},\"delegations\":{\"keys\":{},\"succinct_roles\":{\"keyids\":[\"k\"],"
	"\"threshold\":1,\"bit_length\":8,\"name_prefix\":\"bin\"}}}}";

#define OLD_KEY	 "{\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,\"public\":\"q80=\"}}"
#define OLD_FILE "{\"length\":7,\"hashes\":{\"sha256\":\"" BASE32 "\"}}"

static const char notary_root[] = SIGNATURES
	"\"_type\":\"Root\"," COMMON "\"consistent_snapshot\":false,\"keys\":{\"k\":" OLD_KEY
	"},\"roles\":{" ROLES "}}}";
static const char notary_timestamp[] =
	SIGNATURES "\"_type\":\"Timestamp\"," COMMON "\"meta\":{\"snapshot\":" OLD_FILE "}}}";
static const char notary_snapshot[] =
	SIGNATURES "\"_type\":\"Snapshot\"," COMMON "\"meta\":{\"root\":" OLD_FILE
		   ",\"targets\":" OLD_FILE "}}}";
static const char notary_targets[] = SIGNATURES
	"\"_type\":\"Targets\"," COMMON "\"targets\":{\"1.0\":" OLD_FILE
	"},\"delegations\":{\"keys\":{\"k\":" OLD_KEY
	"},\"roles\":[{\"name\":\"targets/x\",\"keyids\":[\"k\"],\"threshold\":1,\"paths\":"
	"[\"\"]}]}}}";

/* What is replaced in a good file, and what is said then; NULL: it is good still. */
struct row {
	enum tuf_dialect dialect;
	const char *base, *from, *to, *message;
};

static const struct row rows[] = {
	{TUF_MODERN, modern_root, "", "", NULL},
	{TUF_MODERN, modern_timestamp, "", "", NULL},
	{TUF_MODERN, modern_snapshot, "", "", NULL},
	{TUF_MODERN, modern_targets, "", "", NULL},
	{TUF_MODERN, modern_bins, "", "", NULL},
	{TUF_NOTARY, notary_root, "", "", NULL},
	{TUF_NOTARY, notary_timestamp, "", "", NULL},
	{TUF_NOTARY, notary_snapshot, "", "", NULL},
	{TUF_NOTARY, notary_targets, "", "", NULL},
	/* a dialect is not the other one */
	{TUF_NOTARY, modern_snapshot, "", "", "_type is none that is known: \"snapshot\""},
	{TUF_MODERN, notary_snapshot, "", "", "_type is none that is known: \"Snapshot\""},
	/* the envelope */
	{TUF_MODERN, modern_root, "\"signatures\":[{", "\"signatures\":[3,{", "without keyid or"},
	{TUF_MODERN, modern_root, "\"keyid\":\"k\",\"sig\"", "\"sig\"", "without keyid or sig"},
	{TUF_MODERN, modern_root, "\"sig\":\"00ff\"", "\"sig\":7", "without keyid or sig"},
	{TUF_MODERN, modern_root, "\"sig\":\"00ff\"", "\"sig\":\"zz\"", NULL},
	{TUF_MODERN, modern_root, "\"sig\":\"00ff\"", "\"sig\":\"\"", NULL},
	{TUF_MODERN, modern_root, "\"signatures\":", "\"others\":", "signatures is no list"},
	{TUF_MODERN, modern_root, "\"signed\":", "\"sealed\":", "signed is no object"},
	{TUF_MODERN, modern_root, "\"version\":3", "\"version\":3,\"version\":3", "line 1, column"},
	{TUF_MODERN, modern_root, "\"version\":3", "\"version\":0", "version is no number from 1"},
	{TUF_MODERN, modern_root, "\"version\":3", "\"version\":\"3\"", "version is no number"},
	{TUF_MODERN, modern_root, "\"version\":3", "\"version\":3.5", "version is no number"},
	{TUF_MODERN, modern_root, "\"version\":3", "\"x\":3.5,\"version\":3", "no fractions"},
	{TUF_NOTARY, notary_root, "\"version\":3", "\"version\":-1", "version is no number"},
	{TUF_NOTARY, notary_root, "\"version\":3", "\"version\":0", NULL},
	{TUF_MODERN, modern_root, "2030-01-01T00:00:00Z", "soon", "expires is no time: \"soon\""},
	{TUF_MODERN, modern_root, "2030-01-01", "2030-13-01", "expires is no time"},
	{TUF_NOTARY, notary_root, "00:00:00Z", "00:00:00.123456789+02:00", NULL},
	{TUF_MODERN, modern_root, "\"_type\":\"root\"", "\"_type\":\"mirrors\"", "_type is none"},
	{TUF_MODERN, modern_root, "\"1.0.31\"", "\"2.0.0\"", "spec_version is not 1.x: \"2.0.0\""},
	{TUF_MODERN, modern_root, "\"spec_version\":\"1.0.31\",", "", "spec_version is not 1.x"},
	{TUF_MODERN, modern_root, "\"1.0.31\"", "\"1.0\"", NULL},
	/* root */
	{TUF_MODERN, modern_root, "\"snapshot\":" ROLE ",", "", "role snapshot: threshold"},
	{TUF_MODERN, modern_root, "\"threshold\":1", "\"threshold\":0", "role root: threshold is"},
	{TUF_MODERN, modern_root, "\"threshold\":1", "\"threshold\":-1", "role root: threshold is"},
	{TUF_MODERN, modern_root, "[\"k\"]", "[\"k\",\"k\"]", "role root: key id k stands twice"},
	{TUF_MODERN, modern_root, "[\"k\"]", "[\"k\",1]", "keyids holds what is no text"},
	{TUF_MODERN, modern_root, "[\"k\"]", "\"k\"", "role root: keyids is no list"},
	{TUF_MODERN, modern_root, "\"keys\":", "\"kees\":", "keys is no object"},
	{TUF_MODERN, modern_root, "\"roles\":", "\"rolls\":", "roles is no object"},
	{TUF_MODERN, modern_root, "\"scheme\":\"ed25519\",", "", "key k: it lacks keytype, scheme"},
	{TUF_MODERN, modern_root, "\"scheme\":\"ed25519\"", "\"scheme\":\"new\"", NULL},
	{TUF_MODERN, modern_root, "\"consistent_snapshot\":true", "\"consistent_snapshot\":1",
	 "consistent_snapshot is neither"},
	{TUF_NOTARY, notary_root, "q80=", "!!", "key k: keyval"},
	{TUF_NOTARY, notary_root, "\"keytype\":\"ed25519\",", "", "key k: it lacks keytype"},
	/* files */
	{TUF_MODERN, modern_timestamp, "snapshot.json", "snap.json", "does not name snapshot.json"},
	{TUF_MODERN, modern_timestamp, "\"version\":4", "\"version\":0",
	 "snapshot.json: version is no"},
	{TUF_MODERN, modern_timestamp, "\"length\":7", "\"length\":-7", "length is no number"},
	{TUF_MODERN, modern_timestamp, HEX32, "00ff", "hashes: sha256 is none"},
	{TUF_MODERN, modern_timestamp, "0000ff\"}", "0000zz\"}", "hashes: sha256 is none"},
	{TUF_MODERN, modern_timestamp, "\"hashes\":{\"sha256\":\"" HEX32 "\"}", "\"hashes\":{}",
	 "hashes is no object with a hash"},
	{TUF_MODERN, modern_timestamp, "\"sha256\"", "\"md9\"", NULL},
	{TUF_MODERN, modern_snapshot, "a/b.json", "a/b",
	 "meta names a file without .json: \"a/b\""},
	{TUF_MODERN, modern_snapshot, "\"meta\"", "\"mata\"", "meta is no object"},
	{TUF_MODERN, modern_targets, "\"length\":1,", "", "a.txt: it lacks length or hashes"},
	{TUF_NOTARY, notary_timestamp, "\"snapshot\"", "\"snap\"", "meta does not name snapshot"},
	{TUF_NOTARY, notary_snapshot, "\"root\"", "\"boot\"", "meta does not name root"},
	{TUF_NOTARY, notary_snapshot, "\"targets\":", "\"target\":", "meta does not name targets"},
	{TUF_NOTARY, notary_targets, BASE32, "AAAA", "1.0: hashes: sha256 is none"},
	{TUF_NOTARY, notary_targets, "{\"1.0\":" OLD_FILE "}", "null", NULL},
	/* delegations */
	{TUF_MODERN, modern_targets, "\"name\":\"x\"", "\"name\":\"\"", "no name for a delegated"},
	{TUF_MODERN, modern_targets, "\"name\":\"x\"", "\"name\":\"root\"", "\"root\" is no name"},
	{TUF_MODERN, modern_targets, "\"paths\":[\"*\"]",
	 "\"paths\":[\"*\"],\"path_hash_prefixes\":[]", "role x: exactly one of paths"},
	{TUF_MODERN, modern_targets, ",\"paths\":[\"*\"]", "", "role x: exactly one of paths"},
	{TUF_MODERN, modern_targets, "\"paths\":[\"*\"]", "\"paths\":null",
	 "its paths are no list"},
	{TUF_MODERN, modern_targets, "\"terminating\":true,", "", "role x: terminating is neither"},
	{TUF_MODERN, modern_targets, "\"terminating\":true", "\"terminating\":1", "is neither"},
	{TUF_MODERN, modern_targets, "[\"k\"]", "[\"k\",\"k\"]", "role x: key id k stands twice"},
	{TUF_MODERN, modern_targets, "\"roles\":[", "\"rules\":[",
	 "delegations: exactly one of roles and succinct_roles"},
	{TUF_MODERN, modern_targets, "\"roles\":[", "\"succinct_roles\":{},\"roles\":[",
	 "exactly one of roles and succinct_roles"},
	{TUF_MODERN, modern_targets, "\"roles\":[",
	 "\"roles\":[{\"name\":\"x\",\"keyids\":[],\"threshold\":1,\"terminating\":true,"
	 "\"paths\":[]},",
	 "role x stands twice"},
	{TUF_MODERN, modern_bins, "\"bit_length\":8", "\"bit_length\":33",
	 "bit_length is not 1 to"},
	{TUF_MODERN, modern_bins, "\"bit_length\":8", "\"bit_length\":0", "bit_length is not 1 to"},
	{TUF_MODERN, modern_bins, "\"name_prefix\":\"bin\"", "\"x\":1", "no name_prefix"},
	{TUF_NOTARY, notary_targets, "targets/x", "x", "its name does not begin with targets/"},
	{TUF_NOTARY, notary_targets, "\"paths\":[\"\"]", "\"paths\":null", NULL},
};

static void replace(const char *base, const char *from, const char *to, struct strbuf *out)
{
	struct str s = str_of(base);
	size_t at = from[0] ? str_find(s, str_of(from)) : s.n;

	if (from[0] && at == s.n)
		fail_msg("\"%s\" is not in the file", from);
	strbuf_add(out, str_sub(s, 0, at));
	strbuf_adds(out, to);
	strbuf_add(out, str_skip(s, at + strlen(from)));
}

TEST(what_is_wrong_is_told_by_its_name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
		CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
		struct err err = {0};
		int r;

		replace(rows[i].base, rows[i].from, rows[i].to, &text);
		r = tuf_metadata_parse(rows[i].dialect, strbuf_str(&text), &m, &err);
		if (!rows[i].message && r < 0)
			fail_msg("row %zu: %s", i, err.msg);
		if (rows[i].message && r == 0)
			fail_msg("row %zu was read: %s", i, rows[i].message);
		if (rows[i].message)
			assert_has(err.msg, rows[i].message);
		assert_true((r == 0) == (m != NULL));
	}
}

static struct tuf_metadata *read_good(enum tuf_dialect dialect, const char *text)
{
	struct tuf_metadata *m = NULL;

	assert_int_equal(tuf_metadata_parse(dialect, str_of(text), &m, NULL), 0);
	return m;
}

TEST(a_root_says_who_signs_what)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = read_good(TUF_MODERN, modern_root);

	assert_int_equal(m->type, TUF_ROOT);
	assert_int_equal(m->version, 3);
	assert_int_equal(m->expires, 1893456000);
	assert_true(m->consistent_snapshot);
	assert_int_equal(m->n_signatures, 1);
	assert_memory_equal(m->signatures[0].bytes.p, "\x00\xff", 2);
	assert_str(tuf_metadata_key(m, STR("k"))->scheme, "ed25519");
	assert_null(tuf_metadata_key(m, STR("l")));
	for (int i = 0; i < TUF_TYPES; i++)
		assert_int_equal(m->roles[i].threshold, 1);
}

TEST(what_is_signed_is_the_canonical_form_with_what_is_not_known)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;

	replace(modern_snapshot, "\"_type\":", " \"zz\" : [ true ],\n \"_type\":", &text);
	assert_int_equal(tuf_metadata_parse(TUF_MODERN, strbuf_str(&text), &m, NULL), 0);
	assert_str(m->signed_bytes,
		   "{\"_type\":\"snapshot\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
		   "\"a/b.json\":{\"version\":1},\"targets.json\":{\"version\":5}},"
		   "\"spec_version\":\"1.0.31\",\"version\":3,\"zz\":[true]}");
	assert_true(str_eq(m->bytes, strbuf_str(&text)));
}

TEST(names_of_files_are_those_of_roles)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = read_good(TUF_MODERN, modern_snapshot);

	assert_int_equal(m->n_files, 2);
	assert_int_equal(tuf_metadata_file(m, STR("targets"))->version, 5);
	assert_int_equal(tuf_metadata_file(m, STR("a/b"))->version, 1);
	assert_false(tuf_metadata_file(m, STR("a/b"))->has_length);
	assert_null(tuf_metadata_file(m, STR("targets.json")));
}

TEST(targets_have_hashes_custom_data_and_delegations)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = read_good(TUF_MODERN, modern_targets);
	const struct tuf_file *f = tuf_metadata_file(m, STR("a.txt"));

	assert_int_equal(f->n_hashes, 1);
	assert_int_equal(f->hashes[0].bytes[31], 0xff);
	assert_str(f->custom, "{\"a\":\"\n\",\"b\":1}");
	assert_true(tuf_metadata_delegation(m, STR("x"))->terminating);
	assert_null(tuf_metadata_delegation(m, STR("y")));
}

TEST(the_id_of_notarys_key_is_the_hash_of_its_canonical_form)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = read_good(TUF_NOTARY, notary_root);
	const struct tuf_key *k = tuf_metadata_key(m, STR("k"));
	struct digest_value v;
	char text[DIGEST_TEXT_MAX];

	assert_int_equal(digest_of(STR(OLD_KEY), &v, NULL), 0);
	assert_true(str_eq(k->digest, str_skip(digest_format(&v, text), 7)));
	assert_memory_equal(k->public.p, "\xab\xcd", 2);
}

static struct tuf_file file_of(struct str bytes)
{
	struct tuf_file f = {
		.has_length = true, .length = bytes.n, .has_hash = true, .n_hashes = 1};

	assert_int_equal(digest_of(bytes, &f.hashes[0], NULL), 0);
	return f;
}

TEST(a_file_is_checked_by_its_length_and_every_hash_that_is_known)
{
	struct tuf_file f = file_of(STR("abc"));
	struct err err = {0};

	assert_int_equal(tuf_file_check(&f, STR("abc"), &err), 0);
	assert_int_equal(tuf_file_check(&f, STR("abd"), &err), -ERR_DENIED);
	assert_has(err.msg, "it is not the file that was signed for: not sha256:ba7816bf");
	assert_int_equal(tuf_file_check(&f, STR("abcd"), &err), -ERR_DENIED);
	assert_has(err.msg, "it has 4 bytes instead of 3");
	f.has_length = false;
	assert_int_equal(tuf_file_check(&f, STR("abcd"), &err), -ERR_DENIED);
	f.hashes[1] = f.hashes[0];
	f.hashes[1].bytes[3] ^= 1;
	f.n_hashes = 2;
	assert_int_equal(tuf_file_check(&f, STR("abc"), &err), -ERR_DENIED);
	f.n_hashes = 0;
	assert_int_equal(tuf_file_check(&f, STR("abc"), &err), -ERR_DENIED);
	assert_has(err.msg, "none of its hashes is of an algorithm known here");
	f.has_hash = false;
	assert_int_equal(tuf_file_check(&f, STR("abc"), &err), 0);
}

TEST(sizes_are_limited)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT((size_t)LIMIT_TUF_METADATA_BYTES * 2);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	struct err err = {0};

	strbuf_adds(&text, "{\"signatures\":[");
	for (int i = 0; i <= LIMIT_TUF_SIGNATURES; i++)
		strbuf_addf(&text, "%s{\"keyid\":\"%d\",\"sig\":\"\"}", i ? "," : "", i);
	strbuf_adds(&text, "],\"signed\":{}}");
	assert_int_equal(tuf_metadata_parse(TUF_MODERN, strbuf_str(&text), &m, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than tuf_signatures (1024)");
	while (text.n <= LIMIT_TUF_METADATA_BYTES)
		strbuf_adds(&text,
			    "                                                                ");
	assert_int_equal(tuf_metadata_parse(TUF_MODERN, strbuf_str(&text), &m, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than tuf_metadata_bytes");
}

TEST(keys_and_delegations_are_limited)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT((size_t)1 << 22);
	CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT((size_t)1 << 22);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	struct err err = {0};

	strbuf_adds(&all, "\"keys\":{");
	for (int i = 0; i <= LIMIT_TUF_KEYS; i++)
		strbuf_addf(&all, "\"%d\":%s,", i, KEY);
	replace(modern_root, "\"keys\":{", strbuf_cstr(&all), &text);
	assert_int_equal(tuf_metadata_parse(TUF_MODERN, strbuf_str(&text), &m, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than tuf_keys (4096)");
	strbuf_reset(&text);
	strbuf_reset(&all);
	strbuf_adds(&all, "\"roles\":[");
	for (int i = 0; i <= LIMIT_TUF_DELEGATIONS; i++)
		strbuf_adds(&all, "0,");
	replace(modern_targets, "\"roles\":[", strbuf_cstr(&all), &text);
	assert_int_equal(tuf_metadata_parse(TUF_MODERN, strbuf_str(&text), &m, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than tuf_delegations (32768)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_wrong_is_told_by_its_name),
		RUN(a_root_says_who_signs_what),
		RUN(what_is_signed_is_the_canonical_form_with_what_is_not_known),
		RUN(names_of_files_are_those_of_roles),
		RUN(targets_have_hashes_custom_data_and_delegations),
		RUN(the_id_of_notarys_key_is_the_hash_of_its_canonical_form),
		RUN(a_file_is_checked_by_its_length_and_every_hash_that_is_known),
		RUN(sizes_are_limited),
		RUN(keys_and_delegations_are_limited),
	};

	return RUN_ALL(tests);
}
