/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Compose file as facts for rules: its services, short and long forms alike.
 *
 *     r = compose_facts_make(project, &arena, &facts, err);
 *
 * What is merged and extended into a service counts as written there (compose_model.h), and stands
 * where it is written.
 * Ownership: the arena's; borrows the project. Errors: ERR_NOMEM.
 */
#pragma once

#include "check/compose_model.h"
#include "check/fact_class.h"
#include "check/image_fact.h"

#define COMPOSE_PORT_FIELDS(FIELD)                                                                 \
	FIELD(host_ip, "string", "empty: all interfaces")                                          \
	FIELD(published, "int", "the first port of the host; 0: any, or a variable")               \
	FIELD(text, "string", "as written; of the long form the published port")

#define COMPOSE_VOLUME_FIELDS(FIELD)                                                               \
	FIELD(type, "string", "bind, volume, tmpfs, ...")                                          \
	FIELD(source, "string", "or empty")                                                        \
	FIELD(target, "string", "in the container")                                                \
	FIELD(options, "list(string)", "behind the second colon; propagation of the long form")

#define COMPOSE_ENV_FIELDS(FIELD)                                                                  \
	FIELD(name, "string", "")                                                                  \
	FIELD(value, "string", "or empty")

#define COMPOSE_SERVICE_FIELDS(FIELD)                                                              \
	FIELD(name, "string", "")                                                                  \
	FIELD(image, "Image", "what it runs")                                                      \
	FIELD(built, "bool", "it has a build")                                                     \
	FIELD(texts, "map(string, string)",                                                        \
	      "user, network_mode, pid, ipc, uts, userns_mode, cgroup_parent, restart")            \
	FIELD(privileged, "bool", "true is written")                                               \
	FIELD(read_only, "bool", "true is written")                                                \
	FIELD(keys, "list(string)", "all that are written, also by what it extends")               \
	FIELD(security_opt, "list(string)", "")                                                    \
	FIELD(cap_add, "list(string)", "")                                                         \
	FIELD(cap_drop, "list(string)", "")                                                        \
	FIELD(devices, "list(string)", "of the host")                                              \
	FIELD(tmpfs, "list(string)", "path and options")                                           \
	FIELD(sysctls, "list(string)", "names")                                                    \
	FIELD(ports, "list(Port)", "")                                                             \
	FIELD(volumes, "list(Volume)", "")                                                         \
	FIELD(environment, "list(Env)", "")                                                        \
	FIELD(build_args, "list(Env)", "")                                                         \
	FIELD(memory, "string", "its limit, or empty")                                             \
	FIELD(cpus, "string", "their limit, or empty")                                             \
	FIELD(pids, "string", "their limit, or empty")                                             \
	FIELD(restart_condition, "string", "of deploy.restart_policy, or empty")                   \
	FIELD(restart_attempts, "string", "max_attempts of it, or empty")                          \
	FIELD(healthcheck, "bool", "there is one that is not switched off")                        \
	FIELD(extends_file, "string", "the file of extends, or empty")                             \
	FIELD(partial, "bool", "something that it extends or names could not be read")             \
	FIELD(profiles, "list(string)", "empty: it always runs")                                   \
	FIELD(env_files, "list(string)", "files of variables; those read are in environment")      \
	FIELD(body, "map(string, dyn)", "as written")                                              \
	FIELD(place, "map(string, dyn)", "where a key stands")

#define COMPOSE_FILE_FIELDS(FIELD)                                                                 \
	FIELD(services, "list(Service)", "")                                                       \
	FIELD(includes, "list(string)", "paths of include")                                        \
	FIELD(body, "map(string, dyn)", "as written")                                              \
	FIELD(place, "map(string, dyn)", "where a key stands")

FACT_STRUCT(compose_port_fact, COMPOSE_PORT_FIELDS);
FACT_STRUCT(compose_volume_fact, COMPOSE_VOLUME_FIELDS);
FACT_STRUCT(compose_env_fact, COMPOSE_ENV_FIELDS);
FACT_STRUCT(compose_service_fact, COMPOSE_SERVICE_FIELDS);
FACT_STRUCT(compose_file_fact, COMPOSE_FILE_FIELDS);

extern const struct object_class *const compose_classes[]; /* NULL-ended */

int compose_facts_make(const struct compose_project *project, struct arena *a,
		       struct compose_file_fact *ret, struct err *err);

/* The YAML behind a fact, a place, a map or a list; NULL when there is none. */
const struct yaml_node *compose_fact_node(struct value v);
