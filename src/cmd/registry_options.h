/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How registries are reached, as rows of the option table of every command that reads from them.
 *
 *     static struct { ...; REGISTRY_OPTION_MEMBERS; } opt;
 *     static const struct option_spec options[] = {..., REGISTRY_OPTIONS(opt), ..., OPTION_END};
 *     struct registry_options how = REGISTRY_OPTIONS_GIVEN(opt);
 */
#pragma once

#include "cmd/command.h"
#include "net/registry.h"

#define REGISTRY_OPTION_MEMBERS                                                                    \
	const char *tls_ca, *registries_conf, *auth_file; /* NULL: the usual ones */               \
	bool insecure_registry

#define REGISTRY_OPTIONS(opt)                                                                      \
	OPTION_FLAG("insecure-registry", 0, &(opt).insecure_registry,                              \
		    "allow http and unknown certificates for the registry"),                       \
		OPTION_STR("tls-ca", 0, &(opt).tls_ca, "FILE",                                     \
			   "PEM certificates to trust beside the system's"),                       \
		OPTION_STR("registries-conf", 0, &(opt).registries_conf, "FILE",                   \
			   "read instead of the usual registries.conf"),                           \
		OPTION_STR("authfile", 0, &(opt).auth_file, "FILE",                                \
			   "credentials, instead of those of docker or podman login")

#define REGISTRY_OPTIONS_GIVEN(opt)                                                                \
	((struct registry_options){                                                                \
		.security =                                                                        \
			(opt).insecure_registry ? REGISTRY_SECURITY_NONE : REGISTRY_SECURITY_AUTO, \
		.ca_file = (opt).tls_ca,                                                           \
		.registries_conf = (opt).registries_conf,                                          \
		.auth_file = (opt).auth_file,                                                      \
	})
