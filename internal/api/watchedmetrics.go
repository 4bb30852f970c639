package api

// watchedMetrics are those of filtered_metrics=true: load, errors, memory, tables, and the space
// on disk. Which ones the Cloud keeps, its reference does not say.
var watchedMetrics = metricNames(map[string][]string{
	"ClickHouseProfileEvents_": {
		"Query", "SelectQuery", "InsertQuery", "FailedQuery", "FailedSelectQuery", "FailedInsertQuery", "QueryTimeMicroseconds", "SelectQueryTimeMicroseconds",
		"InsertQueryTimeMicroseconds", "SelectedRows", "SelectedBytes", "InsertedRows", "InsertedBytes", "DelayedInserts", "RejectedInserts", "Merge", "MergedRows",
		"MergedUncompressedBytes", "MarkCacheHits", "MarkCacheMisses", "NetworkReceiveBytes", "NetworkSendBytes", "OSCPUVirtualTimeMicroseconds",
		"OSCPUWaitMicroseconds", "OSReadBytes", "OSWriteBytes", "QueryMemoryLimitExceeded",
	},
	"ClickHouseMetrics_": {
		"Query", "Merge", "PartMutation", "TCPConnection", "HTTPConnection", "MemoryTracking", "BackgroundMergesAndMutationsPoolTask", "DelayedInserts",
		"PartsActive", "GlobalThreadActive", "OpenFileForRead", "OpenFileForWrite",
	},
	"ClickHouseAsyncMetrics_": {
		"Uptime", "MemoryResident", "CGroupMemoryUsed", "CGroupMemoryTotal", "LoadAverage1", "LoadAverage15", "NumberOfDatabases", "NumberOfTables",
		"TotalRowsOfMergeTreeTables", "TotalBytesOfMergeTreeTables", "TotalPartsOfMergeTreeTables", "MaxPartCountForPartition", "FilesystemMainPathTotalBytes",
		"FilesystemMainPathUsedBytes", "FilesystemMainPathAvailableBytes", "DiskTotal_default", "DiskUsed_default", "DiskAvailable_default",
	},
})

func metricNames(byPrefix map[string][]string) map[string]bool {
	names := map[string]bool{}
	for prefix, list := range byPrefix {
		for _, name := range list {
			names[prefix+name] = true
		}
	}
	return names
}
