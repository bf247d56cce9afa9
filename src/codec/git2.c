/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/git2.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

#define LIBRARY "libgit2.so." LIBGIT2_SOVERSION

/* Filled once under pthread_once, read-only afterwards. */
static struct {
	pthread_once_t once;
	struct git2_api api;
	const char *missing; /* what was not found; NULL: all there */
} git2 = {.once = PTHREAD_ONCE_INIT};

static const char *const function_names[] = {
#define GIT2_FN(member) "git_" #member,
	GIT2_FUNCTIONS
#undef GIT2_FN
};

/* The table has one function pointer per name, in the same order. */
_Static_assert(sizeof(struct git2_api) == sizeof(void *) * ARRAY_LEN(function_names),
	       "a git2_api member without its name");

/* A repository says what is read; settings of elsewhere do not. */
static bool close_in(const struct git2_api *api)
{
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
				     GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
	bool ok =
		api->libgit2_init() >= 0 && api->libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) == 0;

	for (size_t i = 0; i < ARRAY_LEN(levels) && ok; i++)
		ok = api->libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") == 0;
	return ok;
}

static void load(void)
{
	void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	void *functions[ARRAY_LEN(function_names)];

	if (!lib) {
		git2.missing = LIBRARY;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(function_names); i++) {
		functions[i] = dlsym(lib, function_names[i]);
		if (!functions[i])
			git2.missing = function_names[i];
	}
	if (git2.missing)
		return;
	memcpy(&git2.api, functions, sizeof git2.api);
	if (!close_in(&git2.api))
		git2.missing = "a libgit2 that starts";
}

const struct git2_api *git2_api_get(struct err *err)
{
	(void)pthread_once(&git2.once, load); /* cannot fail with a static once */
	if (!git2.missing)
		return &git2.api;
	(void)err_set(err, ERR_UNSUPPORTED,
		      "git repositories are read by libgit2 (%s was not found): apt-get install "
		      "libgit2-" LIBGIT2_SOVERSION,
		      git2.missing);
	return NULL;
}

int git2_error(const struct git2_api *api, int code, struct err *err, const char *what)
{
	const git_error *last = api->error_last();
	const char *why = last && last->message ? last->message : "unknown error";

	if (last && last->klass == GIT_ERROR_NOMEMORY)
		return err_nomem(err);
	return err_set(err, code == GIT_ENOTFOUND ? ERR_NOT_FOUND : ERR_FORMAT, "%s: %s", what,
		       why);
}
