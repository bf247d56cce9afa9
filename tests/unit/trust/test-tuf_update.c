/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "tests/unit/trust/tuf_repository.h"

/* ---- what holds ---- */

static void refresh_ok(struct repository *r)
{
	struct client c;

	client_init(&c, r);
	if (client_refresh(&c) < 0)
		fail_msg("refused: %s", c.err.msg);
	client_done(&c);
}

static void first_refresh_in(enum tuf_dialect dialect)
{
	struct repository *r = repository_new(dialect);
	struct tuf_target target;
	struct client c;

	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_null(c.trail.failed);
	assert_true(c.trail.n_steps >= 4);
	for (int i = 0; i < TUF_TYPES; i++) {
		assert_int_equal(kept_version(r, i), 1);
		assert_non_null(tuf_update_trusted(c.update, (enum tuf_type)i));
	}
	assert_int_equal(tuf_update_find(c.update, STR("a.txt"), &target, &c.err), 0);
	assert_str(target.role, "targets");
	assert_int_equal(target.file->length, 5);
	assert_int_equal(tuf_update_find(c.update, STR("team/b.txt"), &target, &c.err), 0);
	assert_str(target.role, role_name(r, TEAM));
	assert_int_equal(tuf_update_find(c.update, STR("no.txt"), &target, &c.err), -ERR_NOT_FOUND);
	assert_has(c.err.msg, "no role names the target no.txt");
	assert_null(c.trail.failed);
	client_done(&c);
	repository_free(r);
}

TEST(a_good_repository_is_followed_in_both_dialects)
{
	first_refresh_in(TUF_MODERN);
	first_refresh_in(TUF_NOTARY);
}

TEST(files_are_asked_for_once_and_in_order)
{
	static const char *const first[] = {"2.root.json", "timestamp.json", "1.snapshot.json",
					    "1.targets.json"};
	struct repository *r = repository_new(TUF_MODERN);

	repository_publish(r);
	repository_trust(r);
	refresh_ok(r);
	assert_int_equal(r->n_asked, ARRAY_LEN(first));
	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		assert_string_equal(r->asked[i], first[i]);
	refresh_ok(r); /* the rest is there already */
	assert_int_equal(r->n_asked, 2);
	repository_free(r);
}

TEST(without_consistent_snapshots_names_have_no_version)
{
	struct repository *r = repository_new(TUF_MODERN);

	r->consistent = false;
	repository_publish(r);
	repository_trust(r);
	refresh_ok(r);
	assert_string_equal(r->asked[2], "snapshot.json");
	assert_string_equal(r->asked[3], "targets.json");
	repository_free(r);
}

TEST(notary_names_files_by_their_hash)
{
	struct repository *r = repository_new(TUF_NOTARY);

	repository_publish(r);
	repository_trust(r);
	refresh_ok(r);
	assert_string_equal(r->asked[0], "root.json");
	assert_string_equal(r->asked[1], "timestamp.json");
	assert_int_equal(strlen(r->asked[2]), strlen("snapshot..json") + 64);
	assert_memory_equal(r->asked[2], "snapshot.", 9);
	repository_free(r);
}

/* ---- what does not: each row spoils one thing of a second publication ---- */

static void root_by_old_keys_only(struct repository *r)
{
	r->roles[TUF_ROOT].keys[0] = 5;
}
static void root_by_new_keys_only(struct repository *r)
{
	r->roles[TUF_ROOT].keys[0] = r->roles[TUF_ROOT].signers[0] = 5;
}
static void root_by_both(struct repository *r)
{
	r->roles[TUF_ROOT].keys[0] = 5;
	r->roles[TUF_ROOT].signers[1] = 5;
	r->roles[TUF_ROOT].n_signers = 2;
}
static void root_jumps(struct repository *r)
{
	r->listed[TUF_ROOT] = 2;
	r->roles[TUF_ROOT].version = 3;
}
static void root_expires(struct repository *r)
{
	r->roles[TUF_ROOT].expires = PAST;
}
static void root_is_half(struct repository *r)
{
	r->broken[TUF_ROOT] = true;
}
static void threshold_is_not_met(struct repository *r)
{
	r->roles[TUF_SNAPSHOT].threshold = 2;
	r->roles[TUF_SNAPSHOT].n_keys = 2;
	r->roles[TUF_SNAPSHOT].keys[1] = 6;
}
static void threshold_is_met(struct repository *r)
{
	threshold_is_not_met(r);
	r->roles[TUF_SNAPSHOT].n_signers = 2;
	r->roles[TUF_SNAPSHOT].signers[1] = 6;
}
static void timestamp_by_another(struct repository *r)
{
	r->roles[TUF_TIMESTAMP].signers[0] = 7;
}
static void timestamp_goes_back(struct repository *r)
{
	r->roles[TUF_TIMESTAMP].version = 1;
}
static void timestamp_expires(struct repository *r)
{
	r->roles[TUF_TIMESTAMP].expires = PAST;
}
static void timestamp_expires_now(struct repository *r)
{
	r->roles[TUF_TIMESTAMP].expires = "2027-01-15T08:00:00Z";
}
static void timestamp_is_a_snapshot(struct repository *r)
{
	r->type[TUF_TIMESTAMP] = "snapshot";
}
static void timestamp_lists_an_older_snapshot(struct repository *r)
{
	r->listed[TUF_SNAPSHOT] = 1;
}
static void snapshot_has_another_version(struct repository *r)
{
	r->listed[TUF_SNAPSHOT] = 4;
}
static void snapshot_has_another_hash(struct repository *r)
{
	r->hashes = r->wrong_hash[TUF_SNAPSHOT] = true;
}
static void snapshot_is_shorter(struct repository *r)
{
	r->hashes = r->wrong_length[TUF_SNAPSHOT] = true;
}
static void snapshot_by_another(struct repository *r)
{
	r->roles[TUF_SNAPSHOT].signers[0] = 7;
}
static void snapshot_expires(struct repository *r)
{
	r->roles[TUF_SNAPSHOT].expires = PAST;
}
static void snapshot_lists_older_targets(struct repository *r)
{
	r->roles[TUF_TARGETS].version = 1;
}
static void snapshot_lists_an_older_role(struct repository *r)
{
	r->roles[TEAM].version = 1;
}
static void snapshot_lists_fewer(struct repository *r)
{
	r->hides_team = true;
}
static void targets_have_another_version(struct repository *r)
{
	r->listed[TUF_TARGETS] = 5;
}
static void targets_have_another_hash(struct repository *r)
{
	r->hashes = r->wrong_hash[TUF_TARGETS] = true;
}
static void targets_by_another(struct repository *r)
{
	r->roles[TUF_TARGETS].signers[0] = TUF_SNAPSHOT;
}
static void targets_expire(struct repository *r)
{
	r->roles[TUF_TARGETS].expires = PAST;
}
static void targets_are_no_targets(struct repository *r)
{
	r->type[TUF_TARGETS] = "root";
}
static void two_signatures_of_one_id(struct repository *r)
{
	r->roles[TUF_SNAPSHOT].n_signers = 2;
	r->roles[TUF_SNAPSHOT].signers[1] = r->roles[TUF_SNAPSHOT].signers[0];
}
static void a_spoilt_signature_more(struct repository *r)
{
	r->signatures_more = ",{\"keyid\":\"ffff\",\"sig\":\"no\"}";
}
static void nothing(struct repository *r)
{
	(void)r;
}

struct row {
	void (*spoil)(struct repository *r);
	const char *check, *message; /* NULL: it holds */
	int64_t kept[TUF_TYPES];     /* what is trusted behind it */
};

/* In rows of versions: root, timestamp, snapshot, targets. */
static const struct row modern_rows[] = {
	{nothing, NULL, NULL, {2, 2, 2, 2}},
	{root_by_both, NULL, NULL, {2, 2, 2, 2}},
	{threshold_is_met, NULL, NULL, {2, 2, 2, 2}},
	{a_spoilt_signature_more, NULL, NULL, {2, 2, 2, 2}},
	{root_by_old_keys_only, "signature", "root: 0 of the 1 keys needed", {1, 1, 1, 1}},
	{root_by_new_keys_only, "signature", "keys of the root before: root: 0 of", {1, 1, 1, 1}},
	{root_jumps, "version", "version 3 follows version 1", {1, 1, 1, 1}},
	{root_is_half, "format", "root: line", {1, 1, 1, 1}},
	{root_expires, "expiry", "root expired on 2020-01-01T00:00:00Z", {2, 1, 1, 1}},
	{threshold_is_not_met, "signature", "snapshot: 1 of the 2 keys needed", {2, 2, 1, 1}},
	{timestamp_by_another, "signature", "timestamp: 0 of the 1 keys", {2, 1, 1, 1}},
	{timestamp_goes_back, NULL, NULL, {2, 1, 1, 1}}, /* the same version says nothing new */
	{timestamp_expires, "expiry", "timestamp expired on", {2, 1, 1, 1}},
	{timestamp_expires_now, "expiry", "timestamp expired on", {2, 1, 1, 1}},
	{timestamp_is_a_snapshot, "format", "is a snapshot, not a timestamp", {2, 1, 1, 1}},
	{snapshot_has_another_version, "version", "version 2 was served, version 4", {2, 2, 1, 1}},
	{snapshot_has_another_hash, "digest", "snapshot: it is not the file", {2, 2, 1, 1}},
	{snapshot_is_shorter, "digest", "bytes instead of", {2, 2, 1, 1}},
	{snapshot_by_another, "signature", "snapshot: 0 of the 1 keys", {2, 2, 1, 1}},
	{snapshot_expires, "expiry", "snapshot expired on", {2, 2, 1, 1}},
	{two_signatures_of_one_id, "signature", "name the same key", {2, 2, 1, 1}},
	{snapshot_lists_fewer, "version", "team was listed before", {2, 2, 1, 1}},
	{targets_have_another_version, "version", "version 2 was served, version 5", {2, 2, 2, 1}},
	{targets_have_another_hash, "digest", "targets: it is not the file", {2, 2, 2, 1}},
	{targets_by_another, "signature", "targets: 0 of the 1 keys", {2, 2, 2, 1}},
	{targets_expire, "expiry", "targets expired on", {2, 2, 2, 1}},
	{targets_are_no_targets, "format", "targets", {2, 2, 2, 1}},
};

static const struct row notary_rows[] = {
	{nothing, NULL, NULL, {2, 2, 2, 2}},
	{root_by_both, NULL, NULL, {2, 2, 2, 2}},
	{root_by_old_keys_only, "signature", "root: 0 of the 1 keys needed", {1, 1, 1, 1}},
	{root_by_new_keys_only, "signature", "keys of the root before", {1, 1, 1, 1}},
	{root_expires, "expiry", "root expired on", {2, 1, 1, 1}},
	{threshold_is_not_met, "signature", "snapshot: 1 of the 2 keys needed", {2, 2, 1, 1}},
	{two_signatures_of_one_id, NULL, NULL, {2, 2, 2, 2}}, /* counted once, and borne */
	{timestamp_by_another, "signature", "timestamp: 0 of the 1 keys", {2, 1, 1, 1}},
	{timestamp_expires, "expiry", "timestamp expired on", {2, 1, 1, 1}},
	{snapshot_has_another_hash, "digest", "snapshot: it is not the file", {2, 2, 1, 1}},
	{snapshot_expires, "expiry", "snapshot expired on", {2, 2, 1, 1}},
	{snapshot_lists_fewer, NULL, NULL, {2, 2, 2, 2}}, /* a delegation may be removed */
	{targets_have_another_hash, "digest", "targets: it is not the file", {2, 2, 2, 1}},
	{targets_by_another, "signature", "targets: 0 of the 1 keys", {2, 2, 2, 1}},
	{targets_expire, "expiry", "targets expired on", {2, 2, 2, 1}},
};

static void check_kept(struct repository *r, const struct row *row, size_t number)
{
	for (int i = 0; i < TUF_TYPES; i++)
		if (kept_version(r, i) != row->kept[i])
			fail_msg("row %zu: kept is version %" PRId64 " of %s, not %" PRId64, number,
				 kept_version(r, i), role_name(r, i), row->kept[i]);
}

static void check_row(enum tuf_dialect dialect, const struct row *row, size_t number)
{
	struct repository *r = repository_new(dialect);
	struct client c;
	int got;

	repository_publish(r);
	repository_trust(r);
	refresh_ok(r);
	for (int i = 0; i < N_ROLES; i++)
		r->roles[i].version++;
	row->spoil(r);
	repository_publish(r);
	client_init(&c, r);
	got = client_refresh(&c);
	if (!row->check && got < 0)
		fail_msg("row %zu: refused: %s", number, c.err.msg);
	if (row->check) {
		if (got != -ERR_DENIED || strcmp(c.trail.failed, row->check) != 0)
			fail_msg("row %zu: %d, %s: %s", number, got,
				 c.trail.failed ? c.trail.failed : "no check", c.err.msg);
		assert_has(c.err.msg, row->message);
		assert_true(c.trail.remedy.n > 0 && !c.trail.unsure);
	}
	check_kept(r, row, number);
	client_done(&c);
	repository_free(r);
}

TEST(each_thing_that_is_spoilt_is_refused_and_what_held_before_is_kept)
{
	for (size_t i = 0; i < ARRAY_LEN(modern_rows); i++)
		check_row(TUF_MODERN, &modern_rows[i], i);
	for (size_t i = 0; i < ARRAY_LEN(notary_rows); i++)
		check_row(TUF_NOTARY, &notary_rows[i], i);
}

/* ---- going back ---- */

static const struct row older_rows[] = {
	{timestamp_goes_back, "version", "timestamp: version 1 was served, version 3", {2}},
	{timestamp_lists_an_older_snapshot, "version", "snapshot: version 1 was served", {2}},
	{snapshot_lists_older_targets, "version", "targets: version 1 was served", {2}},
	{snapshot_lists_an_older_role, "version", "team: version 1 was served", {2}},
};

TEST(no_version_goes_back)
{
	for (size_t i = 0; i < ARRAY_LEN(older_rows); i++) {
		struct repository *r = repository_new(TUF_MODERN);
		struct client c;

		repository_publish(r);
		repository_trust(r);
		for (int role = TUF_TIMESTAMP; role < N_ROLES; role++)
			r->roles[role].version = 3;
		repository_publish(r);
		refresh_ok(r);
		for (int role = TUF_TIMESTAMP; role < TUF_TARGETS; role++)
			r->roles[role].version = 4;
		older_rows[i].spoil(r);
		repository_publish(r);
		client_init(&c, r);
		assert_int_equal(client_refresh(&c), -ERR_DENIED);
		assert_string_equal(c.trail.failed, older_rows[i].check);
		assert_has(c.err.msg, older_rows[i].message);
		client_done(&c);
		repository_free(r);
	}
}

TEST(notarys_files_do_not_go_back_though_its_snapshots_have_no_versions)
{
	static const struct {
		int role;
		const char *message;
	} rows[] = {{TUF_ROOT, "root: version 1 was served, version 2"},
		    {TUF_TIMESTAMP, "timestamp: version 1 was served, version 2"},
		    {TUF_SNAPSHOT, "snapshot: version 1 was served, version 2"},
		    {TUF_TARGETS, "targets: version 1 was served, version 2"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct repository *r = repository_new(TUF_NOTARY);
		struct client c;

		repository_publish(r);
		repository_trust(r);
		repository_next(r);
		refresh_ok(r);
		r->roles[TUF_TIMESTAMP].version = 3;
		r->roles[rows[i].role].version = 1;
		repository_publish(r);
		client_init(&c, r);
		assert_int_equal(client_refresh(&c), -ERR_DENIED);
		assert_string_equal(c.trail.failed, "version");
		assert_has(c.err.msg, rows[i].message);
		client_done(&c);
		repository_free(r);
	}
}

/* Section 5.3.11. */
TEST(a_root_that_takes_keys_away_lets_versions_start_anew)
{
	static const int rotated[] = {TUF_TIMESTAMP, TUF_SNAPSHOT};

	for (size_t i = 0; i < ARRAY_LEN(rotated); i++) {
		struct repository *r = repository_new(TUF_MODERN);

		repository_publish(r);
		repository_trust(r);
		for (int role = TUF_TIMESTAMP; role < N_ROLES; role++)
			r->roles[role].version = 1000;
		repository_publish(r);
		refresh_ok(r);
		for (int role = TUF_TIMESTAMP; role < N_ROLES; role++)
			r->roles[role].version = 2;
		r->roles[TUF_ROOT].version = 2;
		r->roles[rotated[i]].keys[0] = r->roles[rotated[i]].signers[0] = 6;
		repository_publish(r);
		refresh_ok(r);
		assert_int_equal(kept_version(r, TUF_TIMESTAMP), 2);
		assert_int_equal(kept_version(r, TUF_SNAPSHOT), 2);
		assert_int_equal(kept_version(r, TUF_TARGETS), 2);
		repository_free(r);
	}
}

TEST(a_key_that_is_only_added_forgets_nothing)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct client c;

	repository_publish(r);
	repository_trust(r);
	r->roles[TUF_TIMESTAMP].version = 9;
	repository_publish(r);
	refresh_ok(r);
	r->roles[TUF_ROOT].version = 2;
	r->roles[TUF_TIMESTAMP].version = 2;
	r->roles[TUF_TIMESTAMP].n_keys = 2;
	r->roles[TUF_TIMESTAMP].keys[1] = 6;
	repository_publish(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), -ERR_DENIED);
	assert_string_equal(c.trail.failed, "version");
	client_done(&c);
	repository_free(r);
}

TEST(roots_are_walked_one_by_one_and_only_the_last_may_not_have_expired)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct client c;

	repository_publish(r);
	repository_trust(r);
	for (int version = 2; version < 6; version++) {
		r->roles[TUF_ROOT].version = version;
		r->roles[TUF_ROOT].expires = version < 5 ? PAST : FUTURE;
		/* each signed by the key before and its own */
		r->roles[TUF_ROOT].signers[0] = r->roles[TUF_ROOT].keys[0];
		r->roles[TUF_ROOT].signers[1] = version;
		r->roles[TUF_ROOT].n_signers = 2;
		r->roles[TUF_ROOT].keys[0] = version;
		repository_make(r, TUF_ROOT);
	}
	refresh_ok(r);
	assert_int_equal(kept_version(r, TUF_ROOT), 5);
	remove_file(r->kept, &r->n_kept, "root");
	put_file(r->kept, &r->n_kept, "root",
		 str_make(find_file(r->files, r->n_files, "1.root.json")->bytes,
			  find_file(r->files, r->n_files, "1.root.json")->n));
	remove_file(r->files, &r->n_files, "3.root.json"); /* then nobody can get past 2 */
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), -ERR_DENIED);
	assert_string_equal(c.trail.failed, "expiry");
	client_done(&c);
	repository_free(r);
}

/* ---- what the source does ---- */

TEST(what_is_not_served_is_no_refusal)
{
	static const char *const names[] = {"timestamp.json", "2.snapshot.json", "2.targets.json"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct repository *r = repository_new(TUF_MODERN);
		struct client c;

		repository_publish(r);
		repository_trust(r);
		repository_next(r);
		remove_file(r->files, &r->n_files, names[i]);
		client_init(&c, r);
		assert_int_equal(client_refresh(&c), -ERR_NOT_FOUND);
		assert_string_equal(c.trail.failed, "source");
		assert_true(c.trail.unsure);
		assert_has(c.err.msg, "404");
		client_done(&c);
		repository_free(r);
	}
}

static int fetch_without_end(void *ctx, const char *name, uint64_t max, struct strbuf *out,
			     struct err *err)
{
	(void)ctx;
	(void)name;
	(void)err;
	for (uint64_t i = 0; i <= max && out->error == ERR_OK; i += 4096)
		strbuf_add_bytes(out, "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{", 32);
	for (uint64_t i = out->n; i <= max && out->error == ERR_OK; i++)
		strbuf_addc(out, '{');
	return 0;
}

TEST(data_without_end_is_cut_off)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct client c;

	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	c.source.fetch = fetch_without_end;
	assert_int_equal(client_refresh(&c), -ERR_DENIED);
	assert_string_equal(c.trail.failed, "digest");
	client_done(&c);
	repository_free(r);
}

TEST(without_a_source_the_store_must_hold_and_is_checked_again)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct client c;

	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	c.options.source = NULL;
	assert_int_equal(client_refresh(&c), -ERR_NOT_FOUND);
	assert_has(c.err.msg, "none is stored, and no source given");
	client_done(&c);
	refresh_ok(r);
	client_init(&c, r);
	c.options.source = NULL;
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(r->n_asked, 0);
	client_done(&c);
	client_init(&c, r);
	c.options.source = NULL;
	c.options.now = INT64_C(2000000000); /* 2033 */
	assert_int_equal(client_refresh(&c), -ERR_DENIED);
	assert_string_equal(c.trail.failed, "expiry");
	client_done(&c);
	find_file(r->kept, r->n_kept, "targets")->bytes[40] ^= 1;
	client_init(&c, r);
	c.options.source = NULL;
	assert_int_equal(client_refresh(&c), -ERR_NOT_FOUND);
	assert_has(c.err.msg, "targets: what is stored is not what was signed for");
	client_done(&c);
	repository_free(r);
}

TEST(a_trusted_root_that_does_not_hold_by_itself_stops_before_the_network)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct client c;

	r->roles[TUF_ROOT].signers[0] = 5;
	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), -ERR_DENIED);
	assert_has(c.err.msg, "the trusted root: 0 of the 1 keys");
	assert_int_equal(r->n_asked, 0);
	client_done(&c);
	repository_free(r);
}

/* ---- Notary's roots ---- */

static int check_root(void *ctx, const struct tuf_metadata *previous,
		      const struct tuf_metadata *root, struct err *err)
{
	int *n = ctx;

	assert_int_equal(previous ? previous->version + 1 : *n + 1, root->version);
	(*n)++;
	return *n < 3 ? 0 : err_set(err, ERR_DENIED, "the third root is not pinned");
}

TEST(notarys_first_root_is_taken_only_on_a_word_and_each_later_one_too)
{
	struct repository *r = repository_new(TUF_NOTARY);
	struct client c;
	int n = 0;

	repository_publish(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), -ERR_NOT_FOUND);
	assert_has(c.err.msg, "the trusted root");
	client_done(&c);
	for (int i = 0; i < 3; i++) {
		client_init(&c, r);
		c.options.check_root = check_root;
		c.options.check_root_ctx = &n;
		assert_int_equal(client_refresh(&c), i < 2 ? 0 : -ERR_DENIED);
		assert_int_equal(n, i + 1);
		if (i == 2) {
			assert_string_equal(c.trail.failed, "root");
			assert_has(c.err.msg, "is not pinned");
		}
		client_done(&c);
		repository_next(r);
	}
	assert_int_equal(kept_version(r, TUF_ROOT), 2);
	repository_free(r);
}

TEST(a_mix_of_notarys_root_and_snapshot_is_refused)
{
	struct repository *r = repository_new(TUF_NOTARY);
	struct client c;

	repository_publish(r);
	repository_trust(r);
	r->roles[TUF_ROOT].version = 2;
	repository_make(r, TUF_ROOT); /* the snapshot lists root 1 still */
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), -ERR_DENIED);
	assert_string_equal(c.trail.failed, "digest");
	assert_has(c.err.msg, "root: it ");
	client_done(&c);
	repository_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_good_repository_is_followed_in_both_dialects),
		RUN(files_are_asked_for_once_and_in_order),
		RUN(without_consistent_snapshots_names_have_no_version),
		RUN(notary_names_files_by_their_hash),
		RUN(each_thing_that_is_spoilt_is_refused_and_what_held_before_is_kept),
		RUN(no_version_goes_back),
		RUN(notarys_files_do_not_go_back_though_its_snapshots_have_no_versions),
		RUN(a_root_that_takes_keys_away_lets_versions_start_anew),
		RUN(a_key_that_is_only_added_forgets_nothing),
		RUN(roots_are_walked_one_by_one_and_only_the_last_may_not_have_expired),
		RUN(what_is_not_served_is_no_refusal),
		RUN(data_without_end_is_cut_off),
		RUN(without_a_source_the_store_must_hold_and_is_checked_again),
		RUN(a_trusted_root_that_does_not_hold_by_itself_stops_before_the_network),
		RUN(notarys_first_root_is_taken_only_on_a_word_and_each_later_one_too),
		RUN(a_mix_of_notarys_root_and_snapshot_is_refused),
	};

	return RUN_ALL(tests);
}
