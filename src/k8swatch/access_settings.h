// What the ConfigMap says about clients of all hosts: whom nobody wants, and which proxies before us are
// believed.
#pragma once

#include "base/cidr.h"
#include "k8swatch/config_map_reader.h"
#include "policy/block_rules.h"
#include "policy/forwarding.h"

namespace headgate::k8swatch {

// Keys: block-cidrs, block-user-agents, block-referers. Entries that are none are told and left out.
policy::BlockRules read_block_rules(ConfigMapReader& reader);

// Keys: use-forwarded-headers, enable-real-ip, forwarded-for-header, forwarded-host-header,
// compute-full-forwarded-for. `trusted`: what proxy-real-ip-cidr says.
policy::ForwardingRules read_forwarding_rules(ConfigMapReader& reader, const CidrList& trusted);

}  // namespace headgate::k8swatch
