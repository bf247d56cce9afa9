/* SPDX-License-Identifier: Apache-2.0 */
#include "net/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/cleanup.h"

/* Filled once under pthread_once, read-only afterwards. */
static struct {
	pthread_once_t once;
	struct curl_api api;
	const char *missing; /* what was not found; NULL: all there */
} curl = {.once = PTHREAD_ONCE_INIT};

static const char *const function_names[] = {
#define CURL_FN(member) "curl_" #member,
	CURL_FUNCTIONS
#undef CURL_FN
};

/* The table has one function pointer per name, in the same order. */
_Static_assert(sizeof(struct curl_api) == sizeof(void *) * ARRAY_LEN(function_names),
	       "a curl_api member without its name");

static void load(void)
{
	void *lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	void *functions[ARRAY_LEN(function_names)];

	if (!lib) {
		curl.missing = "libcurl.so.4";
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(function_names); i++) {
		functions[i] = dlsym(lib, function_names[i]);
		if (!functions[i])
			curl.missing = function_names[i];
	}
	if (curl.missing)
		return;
	memcpy(&curl.api, functions, sizeof curl.api);
	if (curl.api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		curl.missing = "a working TLS library";
}

const struct curl_api *curl_api_get(struct err *err)
{
	(void)pthread_once(&curl.once, load); /* cannot fail with a static once */
	if (!curl.missing)
		return &curl.api;
	(void)err_set(err, ERR_UNSUPPORTED,
		      "network access needs libcurl 7.68 or newer (%s was not found): "
		      "apt-get install libcurl4",
		      curl.missing);
	return NULL;
}
