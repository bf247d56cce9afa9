/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content manifest (atomic-reactor's content_manifest.json schema, written by Konflux too):
 *
 *     {"metadata": {"icm_version": 1, "image_layer_index": 1},
 *      "content_sets": ["rhel-9-for-x86_64-baseos-rpms", ...], "image_contents": []}
 *
 * labels.json: {"com.redhat.component": "ubi9-container", "version": "9.4", ...}.
 *
 * The Dockerfile is read for ARG, ENV and LABEL only, with $NAME and ${NAME} put in:
 *
 *     LABEL com.redhat.component="ubi8-container" \
 *           version="8.3"
 *     LABEL "release"="227" "architecture"="x86_64"
 */
#include "inventory/content_sets.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/json.h"

const char *const content_sets_paths[] = {
	"root/buildinfo/content_manifests/*.json",
	"root/buildinfo/content-sets.json",
	"root/buildinfo/labels.json",
	"root/buildinfo/Dockerfile-*",
	"usr/share/buildinfo/content_manifests/*.json",
	"usr/share/buildinfo/content-sets.json",
	"usr/share/buildinfo/labels.json",
	NULL,
};

/* Of the labels that make an NVR. */
enum label { COMPONENT, VERSION, RELEASE, ARCHITECTURE, N_LABELS };

static const char *const label_names[N_LABELS] = {"com.redhat.component", "version", "release",
						  "architecture"};

/* Of a word once its variables are put in; of a label that goes into an NVR. */
enum { WORD_BYTES = 65536, LABEL_BYTES = 1024 };

struct labels {
	struct str value[N_LABELS];
};

bool content_sets_is_path(struct str path)
{
	for (size_t i = 0; content_sets_paths[i]; i++)
		if (path_match(str_of(content_sets_paths[i]), path))
			return true;
	return false;
}

/* "a-b-1.0-2" into "a-b" and "1.0-2". */
static bool split_nvr(struct str nvr, struct str *ret_name, struct str *ret_version)
{
	struct str name, version, release;

	if (!str_rcut(nvr, '-', &name, &release) || !str_rcut(name, '-', &name, &version) ||
	    name.n == 0 || version.n == 0 || release.n == 0)
		return false;
	*ret_name = name;
	*ret_version = str_skip(nvr, name.n + 1);
	return true;
}

static int parse_manifest(struct str path, const struct json *doc, struct arena *arena,
			  struct content_sets *ret, struct err *err)
{
	const struct json *list = json_get(doc, "content_sets");
	struct str file = path_base(path), name, version, *sets;

	if (json_kind_of(list) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "content_sets is no list");
	sets = arena_array(arena, json_len(list) + 1, sizeof *sets);
	if (!sets)
		return err_nomem(err);
	for (size_t i = 0; i < json_len(list); i++) {
		struct str set = json_str(json_at(list, i));

		if (set.n == 0)
			return err_set(err, ERR_FORMAT, "content_sets[%zu] is no name", i);
		sets[i] = arena_str(arena, set);
		if (!sets[i].p)
			return err_nomem(err);
	}
	ret->sets = (struct str_list){sets, json_len(list)};
	if (!str_has_suffix(file, STR(".json")))
		return 0;
	file.n -= STR(".json").n;
	if (!split_nvr(file, &name, &version))
		return 0;
	ret->nvr = arena_str(arena, file);
	return ret->nvr.p ? 0 : err_nomem(err);
}

static int use_labels(const struct labels *labels, struct arena *arena, struct content_sets *ret,
		      struct err *err)
{
	const struct str *v = labels->value;

	if (v[COMPONENT].n && v[VERSION].n && v[RELEASE].n) {
		ret->nvr = arena_strf(arena, "%.*s-%.*s-%.*s", STR_FMT(v[COMPONENT]),
				      STR_FMT(v[VERSION]), STR_FMT(v[RELEASE]));
		if (!ret->nvr.p)
			return err_nomem(err);
	}
	if (v[ARCHITECTURE].n) {
		ret->arch = arena_str(arena, v[ARCHITECTURE]);
		if (!ret->arch.p)
			return err_nomem(err);
	}
	return 0;
}

static int parse_json(struct str path, struct str bytes, struct arena *arena,
		      struct content_sets *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct labels labels = {0};
	int r = json_parse(bytes, &doc, err);

	if (r < 0)
		return r;
	if (!str_is(path_base(path), "labels.json"))
		return parse_manifest(path, doc, arena, ret, err);
	if (json_kind_of(doc) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "labels are no map");
	for (size_t i = 0; i < N_LABELS; i++)
		labels.value[i] = json_get_str(doc, label_names[i]);
	return use_labels(&labels, arena, ret, err);
}

struct variable {
	struct str name, value;
};

struct dockerfile {
	struct arena *arena;
	struct vec vars; /* struct variable; the last of a name counts */
	struct labels labels;
};

static struct str get_variable(const struct dockerfile *df, struct str name)
{
	for (size_t i = df->vars.n; i > 0; i--) {
		const struct variable *var = vec_at(&df->vars, i - 1);

		if (str_eq(var->name, name))
			return var->value;
	}
	return STR_NULL;
}

/* *text begins behind the '$'. */
static struct str pull_variable(const struct dockerfile *df, struct str *text)
{
	struct str name = STR_NULL;
	size_t n = 0;

	if (str_pull_prefix(text, STR("{"))) {
		(void)str_pull_until(text, '}', &name); /* stays empty at the end of the text */
		return get_variable(df, name);
	}
	while (n < text->n && (char_is_alnum(text->p[n]) || text->p[n] == '_'))
		n++;
	name = str_sub(*text, 0, n);
	*text = str_skip(*text, n);
	return get_variable(df, name);
}

/* Takes one shell-like word up to white space or an unquoted `stop`, quotes and variables done. */
static int pull_word(const struct dockerfile *df, struct str *text, char stop, struct strbuf *ret,
		     struct err *err)
{
	char quote = 0;

	strbuf_reset(ret);
	while (text->n && (quote || (!char_is_space(text->p[0]) && text->p[0] != stop))) {
		char c = text->p[0];

		*text = str_skip(*text, 1);
		if (c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else if (c == '$' && quote != '\'')
			strbuf_add(ret, pull_variable(df, text));
		else if (c == '\\' && quote != '\'' && text->n) {
			strbuf_addc(ret, text->p[0]);
			*text = str_skip(*text, 1);
		} else
			strbuf_addc(ret, c);
	}
	return strbuf_check(ret, err);
}

/* The value to change, or NULL: a label that is of no interest. */
static struct str *find_slot(struct dockerfile *df, bool is_label, struct str key, struct err *err)
{
	struct variable *var;

	for (size_t i = 0; is_label && i < N_LABELS; i++)
		if (str_is(key, label_names[i]))
			return &df->labels.value[i];
	if (is_label)
		return NULL;
	var = vec_push(&df->vars);
	if (!var) {
		(void)err_set(err, ERR_LIMIT, "more than %zu variables", df->vars.max);
		return NULL;
	}
	var->name = arena_str(df->arena, key);
	return &var->value;
}

static int set_pair(struct dockerfile *df, bool is_label, struct str key, struct str value,
		    struct err *err)
{
	struct err why = {0};
	struct str *slot = find_slot(df, is_label, key, &why);

	if (!slot)
		return why.code ? err_set(err, why.code, "%s", why.msg) : 0;
	if (is_label && value.n > LABEL_BYTES)
		return err_set(err, ERR_LIMIT, "label %.*s of %zu bytes", STR_FMT(key), value.n);
	*slot = arena_str(df->arena, value);
	return slot->p ? 0 : err_nomem(err);
}

/* The rest of the line, its words joined by single spaces. */
static int pull_rest(const struct dockerfile *df, struct str *text, struct strbuf *ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf word = STRBUF_INIT(WORD_BYTES);
	int r = 0;

	strbuf_reset(ret);
	for (*text = str_trim(*text); r == 0 && text->n; *text = str_trim(*text)) {
		r = pull_word(df, text, ' ', &word, err);
		if (ret->n)
			strbuf_addc(ret, ' ');
		strbuf_add(ret, strbuf_str(&word));
	}
	return r < 0 ? r : strbuf_check(ret, err);
}

/* KEY=VALUE ..., or the old form KEY VALUE to the end of the line. */
static int parse_pairs(struct dockerfile *df, bool is_label, struct str text, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf key = STRBUF_INIT(WORD_BYTES);
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT(WORD_BYTES);
	int r = 0;

	for (text = str_trim(text); r == 0 && text.n; text = str_trim(text)) {
		r = pull_word(df, &text, '=', &key, err);
		if (r == 0 && str_pull_prefix(&text, STR("=")))
			r = pull_word(df, &text, ' ', &value, err);
		else if (r == 0)
			r = pull_rest(df, &text, &value, err);
		if (r == 0)
			r = set_pair(df, is_label, strbuf_str(&key), strbuf_str(&value), err);
	}
	return r;
}

/* One instruction with its continuation lines joined; comment lines inside are dropped. */
static bool pull_instruction(struct str *text, struct strbuf *ret)
{
	struct str line, trimmed;
	bool more = true;

	strbuf_reset(ret);
	while (more && str_pull_line(text, &line)) {
		trimmed = str_trim(line);
		if (str_has_prefix(trimmed, STR("#")))
			continue;
		more = str_has_suffix(trimmed, STR("\\"));
		if (more)
			trimmed.n--;
		strbuf_add(ret, trimmed);
		strbuf_addc(ret, ' ');
	}
	return ret->n > 0;
}

static int parse_instructions(struct dockerfile *df, struct str text, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * LIMIT_KEPT_FILE_BYTES);
	int r = 0;

	while (r == 0 && pull_instruction(&text, &sb)) {
		struct str rest = strbuf_str(&sb), word;

		if (!str_pull_word(&rest, &word))
			continue;
		if (str_eq_nocase(word, STR("LABEL")))
			r = parse_pairs(df, true, rest, err);
		else if (str_eq_nocase(word, STR("ENV")) || str_eq_nocase(word, STR("ARG")))
			r = parse_pairs(df, false, rest, err);
	}
	return r < 0 ? r : strbuf_check(&sb, err);
}

/* Version and release stand in the file name, where no variable can hide them. */
static int parse_dockerfile(struct str path, struct str bytes, struct arena *arena,
			    struct content_sets *ret, struct err *err)
{
	struct dockerfile df = {.arena = arena, .vars = VEC_INIT(struct variable, 1000)};
	struct str nvr = path_base(path), name, version;
	int r = parse_instructions(&df, bytes, err);

	(void)str_pull_prefix(&nvr, STR("Dockerfile-"));
	if (split_nvr(nvr, &name, &version))
		(void)str_cut(version, '-', &df.labels.value[VERSION], &df.labels.value[RELEASE]);
	if (r == 0)
		r = use_labels(&df.labels, arena, ret, err);
	vec_done(&df.vars);
	return r;
}

int content_sets_parse(struct str path, struct str bytes, struct arena *arena,
		       struct content_sets *ret, struct err *err)
{
	struct content_sets cs = {0};
	int r = str_has_suffix(path, STR(".json")) ? parse_json(path, bytes, arena, &cs, err)
						   : parse_dockerfile(path, bytes, arena, &cs, err);

	if (r < 0)
		return r;
	*ret = cs;
	return 0;
}

int content_sets_of_labels(struct str_list list, struct arena *arena, struct content_sets *ret,
			   struct err *err)
{
	struct labels labels = {0};
	struct content_sets cs = {0};
	int r = 0;

	for (size_t i = 0; i < list.n; i++) {
		struct str key, value;

		if (!str_cut(list.p[i], '=', &key, &value) || value.n > LABEL_BYTES)
			continue;
		for (size_t k = 0; k < N_LABELS; k++)
			if (str_is(key, label_names[k]))
				labels.value[k] = value;
	}
	/* version and release alone are any image's; the component is Red Hat's */
	if (labels.value[COMPONENT].n)
		r = use_labels(&labels, arena, &cs, err);
	if (r == 0)
		*ret = cs;
	return r;
}

void content_sets_merge(struct content_sets *into, const struct content_sets *from)
{
	if (into->sets.n == 0)
		into->sets = from->sets;
	if (into->nvr.n == 0)
		into->nvr = from->nvr;
	if (into->arch.n == 0)
		into->arch = from->arch;
}
