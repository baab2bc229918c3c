/** What a dashboard is about. */
export interface DashboardFacts {
  region: string;
  clusterName: string;
  serviceName: string;
  /** As metrics name it. */
  loadBalancer: string;
  /** As metrics name it. */
  restTargetGroup: string;
}

type Metric = (string | { stat: string; label: string })[];

/**
 * Body of a CloudWatch dashboard: requests, errors, latency, replicas and what they use.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function renderDashboard(facts: DashboardFacts): object {
  const balancer = ["LoadBalancer", facts.loadBalancer];
  const group = ["TargetGroup", facts.restTargetGroup, ...balancer];
  const service = ["ClusterName", facts.clusterName, "ServiceName", facts.serviceName];
  const alb = (name: string, dimensions: string[], stat: string, label: string): Metric => [
    "AWS/ApplicationELB",
    name,
    ...dimensions,
    { stat, label },
  ];
  const insights = (name: string, label: string): Metric => [
    "ECS/ContainerInsights",
    name,
    ...service,
    { stat: "Average", label },
  ];
  const ecs = (name: string, label: string): Metric => [
    "AWS/ECS",
    name,
    ...service,
    { stat: "Average", label },
  ];
  const charts: [string, Metric[]][] = [
    ["Requests per minute", [alb("RequestCount", balancer, "Sum", "requests")]],
    [
      "Server errors per minute",
      [
        alb("HTTPCode_Target_5XX_Count", balancer, "Sum", "from replicas"),
        alb("HTTPCode_ELB_5XX_Count", balancer, "Sum", "from the load balancer"),
      ],
    ],
    [
      "Response time of replicas in seconds",
      ["p50", "p90", "p99"].map((stat) => alb("TargetResponseTime", balancer, stat, stat)),
    ],
    [
      "Replicas in rotation",
      [
        alb("HealthyHostCount", group, "Minimum", "healthy"),
        alb("UnHealthyHostCount", group, "Maximum", "unhealthy"),
      ],
    ],
    ["Replicas", [insights("DesiredTaskCount", "wanted"), insights("RunningTaskCount", "running")]],
    ["Use in percent", [ecs("CPUUtilization", "CPU"), ecs("MemoryUtilization", "memory")]],
  ];
  return {
    widgets: charts.map(([title, metrics], index) => ({
      type: "metric",
      x: (index % 2) * 12,
      y: Math.floor(index / 2) * 6,
      width: 12,
      height: 6,
      properties: { title, region: facts.region, view: "timeSeries", period: 60, metrics },
    })),
  };
}
