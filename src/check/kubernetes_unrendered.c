/* SPDX-License-Identifier: Apache-2.0 */
#include "check/kubernetes_unrendered.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "check/source_set.h"

#define ACTION_MAX 400 /* bytes between the braces that are looked at */

/* ---- Helm ---- */

static bool has_helm_name(struct str action)
{
	static const char *const names[] = {".Values",	     ".Release",  ".Chart",	".Files",
					    ".Capabilities", ".Template", "include \"", NULL};

	for (size_t i = 0; names[i]; i++)
		if (str_find(action, str_of(names[i])) < action.n)
			return true;
	return false;
}

bool is_helm_template(struct str bytes, bool parses)
{
	for (;;) {
		size_t at = str_find(bytes, STR("{{"));
		struct str action;

		if (at >= bytes.n)
			return false;
		if (!parses)
			return true;
		bytes = str_skip(bytes, at + 2);
		action = str_sub(bytes, 0, ACTION_MAX);
		if (has_helm_name(str_sub(action, 0, str_find(action, STR("}}")))))
			return true;
	}
}

struct str helm_chart_of(struct str path)
{
	struct str templates = STR("templates/"), dir = path_dir(path);
	size_t at = str_find(path, STR("/templates/"));

	if (at < path.n)
		return str_sub(path, 0, at);
	if (str_has_prefix(path, templates))
		return STR(".");
	return dir.n ? dir : STR(".");
}

/* ---- Kustomize ---- */

bool is_kustomization(const struct yaml_node *root, struct str path)
{
	struct str base = path_base(path);

	return str_is(yaml_get_str(root, "kind"), "Kustomization") ||
	       str_is(base, "kustomization.yaml") || str_is(base, "kustomization.yml");
}

/* A patch may stand in the kustomization itself: that is no name. */
static void add_name(struct vec *names, struct arena *a, struct str folder, struct str name)
{
	struct str *slot;

	if (!name.n || str_find_char(name, '\n') < name.n || str_find_char(name, ':') < name.n)
		return;
	slot = vec_push(names);
	if (slot)
		*slot = source_path_plain(arena_strf(a, "%.*s%s%.*s", STR_FMT(folder),
						     folder.n ? "/" : "", STR_FMT(name)),
					  a);
	else
		a->failed = true;
}

static void add_names(struct vec *names, struct arena *a, struct str folder,
		      const struct yaml_node *list)
{
	for (size_t i = 0; yaml_kind_of(list) == YAML_LIST && i < yaml_len(list); i++) {
		const struct yaml_node *entry = yaml_at(list, i);

		add_name(names, a, folder,
			 yaml_kind_of(entry) == YAML_MAP ? yaml_get_str(entry, "path")
							 : yaml_str(entry));
	}
}

int kustomize_patches(const struct yaml_node *root, struct str path, struct arena *a,
		      struct str_list *ret, struct err *err)
{
	static const char *const keys[] = {"patches",
					   "patchesStrategicMerge",
					   "patchesJson6902",
					   "configurations",
					   "transformers",
					   "generators",
					   "replacements",
					   "validators",
					   NULL};
	CLEANUP(vec_done) struct vec names = VEC_INIT(struct str, LIMIT_SET_FILES);
	struct str *p;

	for (size_t i = 0; keys[i]; i++)
		add_names(&names, a, path_dir(path), yaml_get(root, keys[i]));
	p = arena_array(a, names.n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	if (names.n)
		memcpy(p, names.p, names.n * sizeof *p);
	*ret = (struct str_list){p, names.n};
	return arena_check(a, err);
}
