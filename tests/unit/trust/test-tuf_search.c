/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "tests/unit/trust/tuf_repository.h"

/* A graph of roles: each row is one delegation, in order; every role is signed by its own key. */
struct edge {
	const char *from, *to, *paths;
	bool terminating;
	int key; /* that the delegation lists */
};

struct graph {
	struct edge edges[12];
	const char *path;  /* looked for */
	const char *asked; /* roles in the order in which they are asked for, "A C D" */
	const char *found; /* the role that names it; NULL: none */
};

#define ANY "\"*\""

static void add_edges(const struct repository *r, const struct graph *g, const char *from,
		      struct strbuf *out)
{
	const char *gap = "";

	for (size_t i = 0; i < ARRAY_LEN(g->edges) && g->edges[i].from; i++) {
		const struct edge *e = &g->edges[i];

		if (strcmp(e->from, from) != 0)
			continue;
		strbuf_addf(out,
			    "%s{\"name\":\"%s\",\"keyids\":[\"%s\"],\"threshold\":1,"
			    "\"terminating\":%s,\"paths\":[%s]}",
			    gap, e->to, r->ids[e->key], e->terminating ? "true" : "false",
			    e->paths);
		gap = ",";
	}
}

/* A role that names "NAME.txt" and delegates as the graph says; signed by key 4. */
static void make_role(struct repository *r, const struct graph *g, const char *name)
{
	struct strbuf body = STRBUF_INIT(FILE_BYTES), out = STRBUF_INIT(FILE_BYTES);
	static const int key[] = {4};
	char target[64], file[128];

	(void)snprintf(target, sizeof target, "%s.txt", name);
	strbuf_adds(&body, "{\"_type\":\"targets\",\"spec_version\":\"1.0.31\",\"version\":1,"
			   "\"expires\":\"" FUTURE "\",");
	add_target(r, &body, target);
	strbuf_adds(&body, ",\"delegations\":{");
	add_all_keys(r, &body);
	strbuf_adds(&body, ",\"roles\":[");
	add_edges(r, g, name, &body);
	strbuf_adds(&body, "]}}");
	sign_text(r, strbuf_str(&body), key, 1, &out);
	(void)snprintf(file, sizeof file, "1.%s.json", name);
	put_file(r->files, &r->n_files, file, strbuf_str(&out));
	strbuf_done(&body);
	strbuf_done(&out);
}

static void make_graph(struct repository *r, const struct graph *g)
{
	struct strbuf text = STRBUF_INIT(FILE_BYTES), listed = STRBUF_INIT(FILE_BYTES);

	for (size_t i = 0; i < ARRAY_LEN(g->edges) && g->edges[i].from; i++) {
		bool first = true;

		for (size_t j = 0; j < i; j++)
			first &= strcmp(g->edges[j].to, g->edges[i].to) != 0;
		if (!first)
			continue;
		make_role(r, g, g->edges[i].to);
		strbuf_addf(&listed, ",\"%s.json\":{\"version\":1}", g->edges[i].to);
	}
	strbuf_adds(&text, "\"roles\":[");
	add_edges(r, g, "targets", &text);
	strbuf_adds(&text, "]");
	r->delegations_text = strbuf_cstr(&text);
	r->listed_more = strbuf_cstr(&listed);
	repository_publish(r);
	repository_trust(r);
	r->delegations_text = r->listed_more = NULL;
	strbuf_done(&text);
	strbuf_done(&listed);
}

static void asked_roles(const struct repository *r, struct strbuf *out)
{
	for (size_t i = 4; i < r->n_asked; i++) {
		struct str name = str_of(r->asked[i]), rest = name, version;

		assert_true(str_cut(name, '.', &version, &rest));
		strbuf_addf(out, "%s%.*s", i > 4 ? " " : "",
			    STR_FMT(str_sub(rest, 0, rest.n - strlen(".json"))));
	}
}

static const struct graph graphs[] = {
	{{{"targets", "A", ANY, false, 4}}, "no", "A", NULL},
	{{{"targets", "A", ANY, false, 4}, {"targets", "B", ANY, false, 4}}, "no", "A B", NULL},
	{{{"targets", "A", ANY, false, 4},
	  {"targets", "B", ANY, false, 4},
	  {"A", "C", ANY, false, 4},
	  {"A", "D", ANY, false, 4}},
	 "no",
	 "A C D B",
	 NULL},
	/* the first that names it wins, and nobody is asked behind it */
	{{{"targets", "A", ANY, false, 4}, {"targets", "B", ANY, false, 4}}, "A.txt", "A", "A"},
	{{{"targets", "A", ANY, false, 4}, {"targets", "B", ANY, false, 4}}, "B.txt", "A B", "B"},
	/* terminating: what stands behind is not asked, at no level */
	{{{"targets", "A", ANY, false, 4},
	  {"targets", "B", ANY, false, 4},
	  {"A", "C", ANY, true, 4},
	  {"A", "D", ANY, false, 4}},
	 "B.txt",
	 "A C",
	 NULL},
	{{{"targets", "A", ANY, true, 4},
	  {"targets", "B", ANY, false, 4},
	  {"A", "C", ANY, false, 4}},
	 "C.txt",
	 "A C",
	 "C"},
	/* who does not speak for the path is not asked, however it goes on */
	{{{"targets", "A", "\"*.py\"", true, 4},
	  {"targets", "B", ANY, false, 4},
	  {"A", "C", ANY, false, 4}},
	 "C.txt",
	 "B",
	 NULL},
	/* circles */
	{{{"targets", "A", ANY, false, 4},
	  {"A", "B", ANY, false, 4},
	  {"B", "A", ANY, false, 4},
	  {"B", "C", ANY, false, 4}},
	 "C.txt",
	 "A B C",
	 "C"},
	{{{"targets", "A", ANY, false, 4}, {"A", "A", ANY, false, 4}}, "no", "A", NULL},
};

TEST(roles_are_asked_in_their_order_depth_first)
{
	for (size_t i = 0; i < ARRAY_LEN(graphs); i++) {
		struct repository *r = repository_new(TUF_MODERN);
		struct strbuf asked = STRBUF_INIT(4096);
		struct tuf_target target = {0};
		struct client c;
		int got;

		make_graph(r, &graphs[i]);
		client_init(&c, r);
		assert_int_equal(client_refresh(&c), 0);
		got = tuf_update_find(c.update, str_of(graphs[i].path), &target, &c.err);
		if (got != (graphs[i].found ? 0 : -ERR_NOT_FOUND))
			fail_msg("graph %zu: %d: %s", i, got, c.err.msg);
		if (graphs[i].found)
			assert_str(target.role, graphs[i].found);
		asked_roles(r, &asked);
		assert_str(strbuf_str(&asked), graphs[i].asked);
		strbuf_done(&asked);
		client_done(&c);
		repository_free(r);
	}
}

/* A role that is loaded on one role's word is not believed on another's. */
TEST(each_delegation_is_checked_by_its_own_keys)
{
	static const struct graph g = {{{"targets", "P", "\"a*\"", false, 4},
					{"targets", "Q", "\"b*\"", false, 4},
					{"P", "R", "\"a*\"", false, 4},
					{"Q", "R", "\"b*\"", false, 5}},
				       NULL,
				       NULL,
				       NULL};
	struct repository *r = repository_new(TUF_MODERN);
	struct tuf_target target;
	struct client c;

	make_graph(r, &g);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(tuf_update_find(c.update, STR("a"), &target, &c.err), -ERR_NOT_FOUND);
	assert_null(c.trail.failed);
	assert_int_equal(tuf_update_find(c.update, STR("b"), &target, &c.err), -ERR_DENIED);
	assert_string_equal(c.trail.failed, "signature");
	assert_has(c.err.msg, "R: 0 of the 1 keys needed");
	client_done(&c);
	repository_free(r);
}

TEST(a_role_that_the_snapshot_does_not_list_ends_the_search)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct tuf_target target;
	struct client c;

	r->hides_team = true;
	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(tuf_update_find(c.update, STR("team/b.txt"), &target, &c.err),
			 -ERR_DENIED);
	assert_string_equal(c.trail.failed, "delegation");
	assert_has(c.err.msg, "team: the snapshot does not list it");
	assert_int_equal(r->n_asked, 4);
	client_done(&c);
	repository_free(r);
}

static const char *spoil_team(struct repository *r, int how)
{
	switch (how) {
	case 0:
		r->roles[TEAM].signers[0] = 6;
		return "signature";
	case 1:
		r->roles[TEAM].expires = PAST;
		return "expiry";
	case 2:
		r->listed[TEAM] = 9;
		return "version";
	case 3:
		r->hashes = r->wrong_hash[TEAM] = true;
		return "digest";
	default:
		r->type[TEAM] = "timestamp";
		return "format";
	}
}

TEST(a_delegated_role_that_does_not_hold_is_refused)
{
	for (int how = 0; how < 5; how++) {
		struct repository *r = repository_new(TUF_MODERN);
		const char *check = spoil_team(r, how);
		struct tuf_target target;
		struct client c;

		repository_publish(r);
		repository_trust(r);
		client_init(&c, r);
		assert_int_equal(client_refresh(&c), 0);
		assert_int_equal(tuf_update_find(c.update, STR("team/b.txt"), &target, &c.err),
				 -ERR_DENIED);
		assert_string_equal(c.trail.failed, check);
		assert_int_equal(kept_version(r, TEAM), 0);
		client_done(&c);
		repository_free(r);
	}
}

TEST(there_is_an_end_to_how_many_are_asked)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct strbuf roles = STRBUF_INIT(FILE_BYTES), listed = STRBUF_INIT(FILE_BYTES);
	static const struct graph none = {0};
	struct tuf_target target;
	struct client c;

	strbuf_adds(&roles, "\"roles\":[");
	for (int i = 0; i < LIMIT_TUF_VISITS + 8; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, "r%d", i);
		make_role(r, &none, name);
		strbuf_addf(&roles,
			    "%s{\"name\":\"%s\",\"keyids\":[\"%s\"],\"threshold\":1,"
			    "\"terminating\":false,\"paths\":[\"*\"]}",
			    i ? "," : "", name, r->ids[4]);
		strbuf_addf(&listed, ",\"%s.json\":{\"version\":1}", name);
	}
	strbuf_adds(&roles, "]");
	r->delegations_text = strbuf_cstr(&roles);
	r->listed_more = strbuf_cstr(&listed);
	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(tuf_update_find(c.update, STR("no"), &target, &c.err), -ERR_DENIED);
	assert_has(c.err.msg, "tuf_visits (128)");
	client_done(&c);
	strbuf_done(&roles);
	strbuf_done(&listed);
	repository_free(r);
}

TEST(delegations_by_hash_and_by_bin_reach_their_share)
{
	struct repository *r = repository_new(TUF_MODERN);
	struct tuf_target target;
	struct digest_value v;
	struct client c;
	char first[8], text[512];

	assert_int_equal(digest_of(STR("team/b.txt"), &v, NULL), 0);
	(void)snprintf(first, sizeof first, "\"%02x%x\"", v.bytes[0], v.bytes[1] >> 4);
	r->prefixes = first;
	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(tuf_update_find(c.update, STR("team/b.txt"), &target, &c.err), 0);
	assert_int_equal(tuf_update_find(c.update, STR("team/c.txt"), &target, &c.err),
			 -ERR_NOT_FOUND);
	assert_int_equal(r->n_asked, 5);
	client_done(&c);

	/* 2^9 bins: three digits, the first nine bits */
	(void)snprintf(text, sizeof text,
		       "\"succinct_roles\":{\"keyids\":[\"%s\"],\"threshold\":1,\"bit_length\":9,"
		       "\"name_prefix\":\"bin\"}",
		       r->ids[4]);
	r->delegations_text = text;
	client_init(&c, r);
	{
		static const struct graph none = {0};
		char name[16], listed[64];

		(void)snprintf(name, sizeof name, "bin-%03x",
			       (unsigned)(v.bytes[0] << 8 | v.bytes[1]) >> 7);
		(void)snprintf(listed, sizeof listed, ",\"%s.json\":{\"version\":1}", name);
		r->listed_more = listed;
		make_role(r, &none, name);
		repository_next(r);
		assert_int_equal(client_refresh(&c), 0);
		assert_int_equal(tuf_update_find(c.update, STR("team/b.txt"), &target, &c.err),
				 -ERR_NOT_FOUND);
		(void)snprintf(listed, sizeof listed, "1.%s.json", name);
		assert_string_equal(r->asked[r->n_asked - 1], listed);
	}
	client_done(&c);
	repository_free(r);
}

TEST(notarys_roles_are_loaded_by_name)
{
	struct repository *r = repository_new(TUF_NOTARY);
	const struct tuf_metadata *m;
	struct client c;

	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(tuf_update_role(c.update, STR("targets"), STR("targets/team"), &m, &c.err),
			 0);
	assert_non_null(tuf_metadata_file(m, STR("team/b.txt")));
	assert_int_equal(
		tuf_update_role(c.update, STR("targets"), STR("targets/other"), &m, &c.err),
		-ERR_NOT_FOUND);
	assert_has(c.err.msg, "targets does not delegate to targets/other");
	assert_int_equal(
		tuf_update_role(c.update, STR("targets/x"), STR("targets/x/y"), &m, &c.err),
		-ERR_BUG);
	client_done(&c);
	r->roles[TEAM].signers[0] = 6;
	repository_next(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	assert_int_equal(tuf_update_role(c.update, STR("targets"), STR("targets/team"), &m, &c.err),
			 -ERR_DENIED);
	assert_null(c.trail.failed); /* one may do without */
	client_done(&c);
	repository_free(r);
}

TEST(addresses_of_targets_stay_in_their_folder)
{
	static const struct {
		const char *path, *address; /* NULL: refused */
	} rows[] = {
		{"a.txt", "a.txt"},
		{"dir/a b?#.txt", "dir/a%20b%3F%23.txt"},
		{"a%20b%zz", "a%20b%25zz"},
		{"../a", NULL},
		{"a/../b", NULL},
		{"a/%2e%2E/b", NULL},
		{"./a", NULL},
		{"..a/...", "..a/..."},
		{"", NULL},
	};
	struct repository *r = repository_new(TUF_MODERN);
	struct client c;

	r->consistent = false;
	repository_publish(r);
	repository_trust(r);
	client_init(&c, r);
	assert_int_equal(client_refresh(&c), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tuf_file f = {.name = str_of(rows[i].path)};
		struct strbuf out = STRBUF_INIT(256);
		int got = tuf_update_address(c.update, &f, &out, &c.err);

		assert_int_equal(got, rows[i].address ? 0 : -ERR_DENIED);
		if (rows[i].address)
			assert_str(strbuf_str(&out), rows[i].address);
		strbuf_done(&out);
	}
	client_done(&c);
	repository_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(roles_are_asked_in_their_order_depth_first),
		RUN(each_delegation_is_checked_by_its_own_keys),
		RUN(a_role_that_the_snapshot_does_not_list_ends_the_search),
		RUN(a_delegated_role_that_does_not_hold_is_refused),
		RUN(there_is_an_end_to_how_many_are_asked),
		RUN(delegations_by_hash_and_by_bin_reach_their_share),
		RUN(notarys_roles_are_loaded_by_name),
		RUN(addresses_of_targets_stay_in_their_folder),
	};

	return RUN_ALL(tests);
}
