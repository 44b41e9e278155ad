-- sqlfluff:exclude_rules:LT02,RF04,ST06
-- What the exporting system says that it sent against what was landed. A control row is about the
-- files of its object that came in the same load, else in the last one before it; about one file if
-- it names one, and about the rows of one currency if it names that. Blank lines, preambles and
-- totals of report exports are no rows of the export.
with

files as (
    select * from {{ ref('file') }}
    where file_status = 'landed'
),

stated as (
    {% for system in var('systems') if 'control_total' in (var('systems')[system].objects or []) %}
        select
            source_system,
            object,
            file_name,
            column_name,
            currency_code,
            cast(row_count as bigint) as row_count,
            cast(total as decimal(38, 2)) as total,
            _source_file,
            _source_row,
            _load_id
        from {{ ref('stg_' ~ system ~ '__control_total') }}
        where row_status = 'accepted'
        union all
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as bigint) as row_count,
        cast(null as decimal(38, 2)) as total,
        cast(null as {{ dbt.type_string() }}) as _source_file,
        cast(null as bigint) as _source_row,
        cast(null as bigint) as _load_id
    from (select 1 as one) as nobody
    where one = 0
),

-- The files that each control row speaks of, of all loads up to its own.
stated_files as (
    select
        stated.*,
        files.source_file as landed_file,
        files.load_id as landed_load_id,
        max(files.load_id) over (
            partition by stated._source_file, stated._source_row, stated._load_id
        ) as last_load_id
    from stated
    inner join files
        on
            stated.source_system = files.source_system
            and stated.object = files.object
            and stated._load_id >= files.load_id
            and (
                stated.file_name is null
                or stated.file_name = files.source_file
                or files.source_file like '%/' || stated.file_name
            )
),

control_files as (
    select * from stated_files
    where landed_load_id = last_load_id
),

-- What was removed because of its age had been sent and landed.
expired_rows as (
    select
        source_system,
        object,
        source_file,
        _load_id as load_id,
        sum(expired_row_count) as row_count
    from {{ ref('stg_halftime__expired') }}
    group by source_system, object, source_file, _load_id
),

judged_rows as (
    select
        source_system,
        object,
        source_file,
        load_id,
        count(*) as row_count,
        sum(case when row_status = 'rejected' then 1 else 0 end) as rejected_rows
    from {{ ref('int_row_judged') }}
    where coalesce(broken_rule, '') not like 'not_data%'
    group by source_system, object, source_file, load_id
),

staged_totals as (
    select * from {{ ref('int_column_total') }}
),

headers as (
    select distinct
        source_system,
        object,
        column_name,
        header
    from staged_totals
),

column_totals as (
    select
        source_system,
        object,
        column_name,
        header,
        source_file,
        load_id,
        currency_code,
        case when row_status = 'rejected' then record_count else 0 end as rejected_rows,
        record_count as row_count,
        total
    from staged_totals
    union all
    -- The sender counted what was sent, not what a correction made of it.
    select
        c.source_system,
        c.object,
        c.column_name,
        headers.header,
        c.mended_file as source_file,
        c.mended_load_id as load_id,
        coalesce(c.currency_code, '{{ var("reporting_currency") }}') as currency_code,
        cast(0 as bigint) as rejected_rows,
        cast(0 as bigint) as row_count,
        cast(sum(c.old_number - coalesce(c.new_number, 0)) as decimal(38, 2)) as total
    from {{ ref('stg_halftime__corrected_value') }} as c
    inner join headers
        on
            c.source_system = headers.source_system
            and c.object = headers.object
            and c.column_name = headers.column_name
    where c.is_applied and c.old_number is not null
    group by
        c.source_system,
        c.object,
        c.column_name,
        headers.header,
        c.mended_file,
        c.mended_load_id,
        coalesce(c.currency_code, '{{ var("reporting_currency") }}')
),

landed_rows as (
    select
        c._source_file,
        c._source_row,
        c._load_id,
        sum(judged_rows.row_count) as row_count,
        sum(judged_rows.rejected_rows) as rejected_rows
    from control_files as c
    inner join judged_rows
        on
            c.source_system = judged_rows.source_system
            and c.object = judged_rows.object
            and c.landed_file = judged_rows.source_file
            and c.landed_load_id = judged_rows.load_id
    group by c._source_file, c._source_row, c._load_id
),

gone_rows as (
    select
        c._source_file,
        c._source_row,
        c._load_id,
        sum(expired_rows.row_count) as row_count
    from control_files as c
    inner join expired_rows
        on
            c.source_system = expired_rows.source_system
            and c.object = expired_rows.object
            and c.landed_file = expired_rows.source_file
            and c.landed_load_id = expired_rows.load_id
    group by c._source_file, c._source_row, c._load_id
),

landed_totals as (
    select
        c._source_file,
        c._source_row,
        c._load_id,
        cast(
            sum(
                case
                    when c.currency_code is null or c.currency_code = column_totals.currency_code
                        then column_totals.total
                end
            ) as decimal(38, 2)
        ) as total,
        -- Of a currency the rows in it are counted; a rejected one may not tell which it is in.
        sum(
            case
                when c.currency_code = column_totals.currency_code then column_totals.row_count
                else 0
            end
        ) as currency_rows,
        sum(
            case
                when c.currency_code = column_totals.currency_code then column_totals.rejected_rows
                else 0
            end
        ) as currency_rejected_rows,
        sum(
            case
                when column_totals.currency_code = '(unknown)' then column_totals.row_count
                else 0
            end
        ) as unknown_rows
    from control_files as c
    inner join column_totals
        on
            c.source_system = column_totals.source_system
            and c.object = column_totals.object
            and c.landed_file = column_totals.source_file
            and c.landed_load_id = column_totals.load_id
            and c.column_name in (column_totals.column_name, column_totals.header)
    group by c._source_file, c._source_row, c._load_id
),

landed_loads as (
    select
        _source_file,
        _source_row,
        _load_id,
        max(landed_load_id) as landed_load_id
    from control_files
    group by _source_file, _source_row, _load_id
),

compared as (
    select
        stated.*,
        landed_loads.landed_load_id,
        coalesce(
            case
                when stated.currency_code is null or landed_totals._source_file is null
                    then coalesce(landed_rows.row_count, 0) + coalesce(gone_rows.row_count, 0)
                else landed_totals.currency_rows
            end,
            0
        ) as landed_row_count,
        coalesce(
            case
                when stated.currency_code is null or landed_totals._source_file is null
                    then landed_rows.rejected_rows
                -- Where no row is missing, none of those of unknown currency is in this one.
                when landed_totals.currency_rows >= stated.row_count
                    then landed_totals.currency_rejected_rows
                else landed_totals.currency_rejected_rows + landed_totals.unknown_rows
            end,
            0
        ) as rejected_row_count,
        case
            when stated.currency_code is null then 0
            else
                coalesce(landed_totals.unknown_rows, 0) + coalesce(gone_rows.row_count, 0)
        end as unknown_row_count,
        coalesce(gone_rows.row_count, 0) as expired_row_count,
        landed_totals._source_file is not null as has_column,
        coalesce(
            landed_totals.total,
            case when landed_totals._source_file is not null then cast(0 as decimal(38, 2)) end
        ) as landed_total
    from stated
    left join landed_loads
        on
            stated._source_file = landed_loads._source_file
            and stated._source_row = landed_loads._source_row
            and stated._load_id = landed_loads._load_id
    left join landed_rows
        on
            stated._source_file = landed_rows._source_file
            and stated._source_row = landed_rows._source_row
            and stated._load_id = landed_rows._load_id
    left join gone_rows
        on
            stated._source_file = gone_rows._source_file
            and stated._source_row = gone_rows._source_row
            and stated._load_id = gone_rows._load_id
    left join landed_totals
        on
            stated._source_file = landed_totals._source_file
            and stated._source_row = landed_totals._source_row
            and stated._load_id = landed_totals._load_id
),

final as (
    select
        source_system,
        object,
        coalesce(file_name, '(all)') as file_name,
        coalesce(column_name, '(none)') as column_name,
        coalesce(currency_code, '(all)') as currency_code,
        cast(row_count as bigint) as stated_rows,
        cast(landed_row_count as bigint) as landed_rows,
        cast(landed_row_count - row_count as bigint) as row_difference,
        cast(rejected_row_count as bigint) as rejected_rows,
        cast(total as decimal(38, 2)) as stated_total,
        landed_total,
        landed_total - total as total_difference,
        case
            when landed_load_id is null then 'nothing_landed'
            when currency_code is not null and column_name is null then 'no_such_column'
            when
                landed_row_count <> row_count
                and (
                    landed_row_count > row_count
                    or landed_row_count + unknown_row_count < row_count
                )
                then 'rows_differ'
            -- The sum of what is left can no longer be compared.
            when total is not null and expired_row_count > 0 then 'expired'
            when (total is not null or currency_code is not null) and not has_column
                then 'no_such_column'
            -- What was rejected may hold no readable amount: it is missing from the sum only.
            when landed_total <> total and rejected_row_count > 0 then 'rejects_differ'
            when landed_total <> total then 'total_differs'
            when landed_row_count <> row_count then 'rejects_differ'
            else 'complete'
        end as finding,
        _source_file as source_file,
        _source_row as source_row,
        landed_load_id as load_id
    from compared
)

select * from final
